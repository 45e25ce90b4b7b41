# ---
# misconception: The shared pixels are divided by those of either mask.
# loses:
#   test_dice: 2
# says:
#   test_dice: [IoU]
# ---

# %% solution="dice"
def dice(a, b):
    areas = a.sum() + b.sum()
    return float((a & b).sum() / (a | b).sum()) if areas else 1.0
