# ---
# misconception: The present sample belongs to the mean it is compared with.
# loses:
#   test_distance_from_average: 2
# says:
#   test_distance_from_average: [part of its own mean]
# ---

# %% solution="distance_from_average"
def distance_from_average(values, length):
    scores = np.zeros(len(values))
    for t in range(1, len(values)):
        scores[t] = abs(values[t] - values[max(0, t - length + 1) : t + 1].mean())
    return scores
