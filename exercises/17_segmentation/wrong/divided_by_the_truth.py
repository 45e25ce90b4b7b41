# ---
# misconception: Each class is divided by its true pixels.
# loses:
#   test_mean_iou: 3
# says:
#   test_mean_iou: [by the truth alone]
# ---

# %% solution="mean_iou"
def mean_iou(answer, truth, num_classes):
    values = []
    for k in range(num_classes):
        either = (truth == k).sum()
        if either:
            values.append(((answer == k) & (truth == k)).sum() / either)

    return float(np.mean(values))
