# ---
# misconception: The finds are taken in the order in which they come.
# loses:
#   test_average_precision: 3
# says:
#   test_average_precision: [surest comes first]
# ---

# %% solution="average_precision"
def average_precision(scores, right, truths):
    hits = np.cumsum(right[:])
    precision = hits / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(hits / truths, prepend=0) * best).sum())
