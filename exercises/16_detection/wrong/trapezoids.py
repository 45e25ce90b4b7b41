# ---
# misconception: The area below the curve is computed from slanted pieces.
# loses:
#   test_average_precision: 3
# says:
#   test_average_precision: [table, row by row]
# ---

# %% solution="average_precision"
def average_precision(scores, right, truths):
    hits = np.cumsum(right[np.argsort(-scores)])
    precision, recall = hits / np.arange(1, len(hits) + 1), hits / truths
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.trapezoid(best, recall))
