# ---
# misconception: The mean is taken over the objects that were found.
# loses:
#   test_average_precision: 3
# says:
#   test_average_precision: [nobody found]
# ---

# %% solution="average_precision"
def average_precision(scores, right, truths):
    hits = np.cumsum(right[np.argsort(-scores)])
    precision = hits / np.arange(1, len(hits) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(hits / max(hits[-1:].sum(), 1), prepend=0) * best).sum())
