# ---
# misconception: Pixels that are in neither mask count as agreement.
# loses:
#   test_dice: 2
# says:
#   test_dice: [not come out]
# ---

# %% solution="dice"
def dice(a, b):
    both = (a & b).sum() + (~a & ~b).sum()
    return float(2 * both / (both + a.size))
