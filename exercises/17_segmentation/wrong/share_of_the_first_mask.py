# ---
# misconception: What is shared is divided by the first mask alone.
# loses:
#   test_dice: 2
# says:
#   test_dice: [IoU]
# ---

# %% solution="dice"
def dice(a, b):
    return float((a & b).sum() / a.sum()) if a.any() else float(not b.any())
