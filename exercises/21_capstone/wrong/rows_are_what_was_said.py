# ---
# misconception: True class and answer have changed places in the matrix.
# loses:
#   test_report: 4
# says:
#   test_report: [Rows are the true classes]
# ---

# %% solution="report"
def report(labels, predicted, num_classes):
    n, right, z = len(labels), int((labels == predicted).sum()), 1.96
    centre = (right + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(right * (n - right) / n + z**2 / 4)
    confusion = np.zeros((num_classes, num_classes), dtype=int)
    np.add.at(confusion, (predicted, labels), 1)
    total = confusion.sum(axis=1)
    recall = np.where(total > 0, confusion.diagonal() / np.maximum(total, 1), np.nan)
    return {
        "accuracy": right / n, "interval": (centre - half, centre + half), "confusion": confusion,
        "recall": recall,
    }
