# ---
# misconception: The interval is that of the normal distribution around the share, which has no width at 0 and 1.
# loses:
#   test_report: 4
# says:
#   test_report: [not Wilson]
# ---

# %% solution="report"
def report(labels, predicted, num_classes):
    n, right, z = len(labels), int((labels == predicted).sum()), 1.96
    centre = right / n
    half = z * np.sqrt(centre * (1 - centre) / n)
    confusion = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(confusion, (labels, predicted), 1)
    total = confusion.sum(axis=1)
    recall = np.where(total > 0, confusion.diagonal() / np.maximum(total, 1), np.nan)
    return {
        "accuracy": right / n, "interval": (centre - half, centre + half), "confusion": confusion,
        "recall": recall,
    }
