# ---
# misconception: A mean is taken on both sides of a sample.
# loses:
#   test_distance_from_average: 2
# says:
#   test_distance_from_average: [see the future]
# ---

# %% solution="distance_from_average"
def distance_from_average(values, length):
    scores = np.zeros(len(values))
    for t in range(len(values)):
        scores[t] = abs(values[t] - values[max(0, t - length) : t + length + 1].mean())
    scores[0] = 0
    return scores
