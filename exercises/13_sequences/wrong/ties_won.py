# ---
# misconception: A tie is won.
# loses:
#   test_roc_auc: 2
# says:
#   test_roc_auc: [counts half]
# ---

# %% solution="roc_auc"
def roc_auc(scores, true):
    return float((scores[true][:, None] >= scores[~true]).mean())
