# ---
# misconception: Two empty masks get 0.
# loses:
#   test_dice: 2
# says:
#   test_dice: [Two empty masks agree]
# ---

# %% solution="dice"
def dice(a, b):
    areas = a.sum() + b.sum()
    return float(2 * (a & b).sum() / areas) if areas else 0.0
