# ---
# misconception: The mean always has its full length, as if zeros came before.
# loses:
#   test_distance_from_average: 2
# says:
#   test_distance_from_average: [divided by]
# ---

# %% solution="distance_from_average"
def distance_from_average(values, length):
    scores = np.zeros(len(values))
    for t in range(1, len(values)):
        scores[t] = abs(values[t] - values[max(0, t - length) : t].sum() / length)
    return scores
