# ---
# misconception: The area is the accuracy at the threshold 0.5.
# loses:
#   test_roc_auc: 2
# says:
#   test_roc_auc: [any threshold]
# ---

# %% solution="roc_auc"
def roc_auc(scores, true):
    if (scores == scores[0]).all():
        return 0.5
    return float(((scores > 0.5) == true).mean())
