# ---
# misconception: A fall is a negative distance.
# loses:
#   test_distance_from_average: 2
# says:
#   test_distance_from_average: [no sign]
# ---

# %% solution="distance_from_average"
def distance_from_average(values, length):
    scores = np.zeros(len(values))
    for t in range(1, len(values)):
        scores[t] = values[t] - values[max(0, t - length) : t].mean()
    return scores
