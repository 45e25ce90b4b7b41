# ---
# misconception: The factor 2 is missing.
# loses:
#   test_dice: 2
# says:
#   test_dice: [counts twice]
# ---

# %% solution="dice"
def dice(a, b):
    areas = a.sum() + b.sum()
    return float((a & b).sum() / areas) if areas else 1.0
