# ---
# misconception: Class 0 is left out of the mean.
# loses:
#   test_mean_iou: 3
# says:
#   test_mean_iou: [counts, too]
# ---

# %% solution="mean_iou"
def mean_iou(answer, truth, num_classes):
    values = []
    for k in range(1, num_classes):
        either = ((answer == k) | (truth == k)).sum()
        if either:
            values.append(((answer == k) & (truth == k)).sum() / either)

    return float(np.mean(values or [0.0]))
