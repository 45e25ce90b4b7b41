# ---
# misconception: Each find counts with its own precision.
# loses:
#   test_average_precision: 3
# says:
#   test_average_precision: [made to fall]
# ---

# %% solution="average_precision"
def average_precision(scores, right, truths):
    hits = np.cumsum(right[np.argsort(-scores)])
    precision = hits / np.arange(1, len(hits) + 1)
    best = precision
    return float((np.diff(hits / truths, prepend=0) * best).sum())
