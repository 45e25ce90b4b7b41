# ---
# misconception: The area is the number of pairs that are won.
# loses:
#   test_roc_auc: 2
# says:
#   test_roc_auc: [all pairs]
# ---

# %% solution="roc_auc"
def roc_auc(scores, true):
    disturbed, healthy = scores[true][:, None], scores[~true]
    return float(((disturbed > healthy) + 0.5 * (disturbed == healthy)).sum())
