# ---
# misconception: The share that leaves the window is given, not the one that stays.
# loses:
#   test_absorbed_fraction: 2
# says:
#   test_absorbed_fraction: [not* absorbed]
# ---

# %% solution="absorbed_fraction"
def absorbed_fraction(kernel_size, dy, dx):
    return 1 - max(0, 1 - abs(dy) / kernel_size) * max(0, 1 - abs(dx) / kernel_size)
