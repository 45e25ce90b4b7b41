# ---
# misconception: Classes that are only in the answer are left out.
# loses:
#   test_mean_iou: 3
# says:
#   test_mean_iou: [was invented]
# ---

# %% solution="mean_iou"
def mean_iou(answer, truth, num_classes):
    values = []
    for k in np.unique(truth):
        either = ((answer == k) | (truth == k)).sum()
        if either:
            values.append(((answer == k) & (truth == k)).sum() / either)

    return float(np.mean(values))
