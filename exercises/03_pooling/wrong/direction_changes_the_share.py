# ---
# misconception: A shift to the left is put into the formula with its sign.
# loses:
#   test_absorbed_fraction: 2
# says:
#   test_absorbed_fraction: [never more than 1]
# ---

# %% solution="absorbed_fraction"
def absorbed_fraction(kernel_size, dy, dx):
    return max(0, 1 - dy / kernel_size) * max(0, 1 - dx / kernel_size)
