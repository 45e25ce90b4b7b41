# ---
# misconception: A class in neither truth nor answer counts 0.
# loses:
#   test_mean_iou: 3
# says:
#   test_mean_iou: [do not count it as 0]
# ---

# %% solution="mean_iou"
def mean_iou(answer, truth, num_classes):
    values = []
    for k in range(num_classes):
        either = ((answer == k) | (truth == k)).sum()
        if either:
            values.append(((answer == k) & (truth == k)).sum() / either)
        else:
            values.append(0.0)
    return float(np.mean(values))
