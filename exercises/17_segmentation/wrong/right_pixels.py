# ---
# misconception: The share of right pixels, of all classes together.
# loses:
#   test_mean_iou: 3
# says:
#   test_mean_iou: [right pixels]
# ---

# %% solution="mean_iou"
def mean_iou(answer, truth, num_classes):
    return float(np.mean(answer == truth))
