# ---
# misconception: The mean is over everything that came before.
# loses:
#   test_distance_from_average: 2
# says:
#   test_distance_from_average: [not the whole past]
# ---

# %% solution="distance_from_average"
def distance_from_average(values, length):
    scores = np.zeros(len(values))
    for t in range(1, len(values)):
        scores[t] = abs(values[t] - values[:t].mean())
    return scores
