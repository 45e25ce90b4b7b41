# ---
# misconception: The best precision before a find counts, not the best after it.
# loses:
#   test_average_precision: 3
# says:
#   test_average_precision: [table, row by row]
# ---

# %% solution="average_precision"
def average_precision(scores, right, truths):
    hits = np.cumsum(right[np.argsort(-scores)])
    precision = hits / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision)
    return float((np.diff(hits / truths, prepend=0) * best).sum())
