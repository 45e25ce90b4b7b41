# ---
# misconception: Only the longer of the two shifts is thought to matter.
# loses:
#   test_absorbed_fraction: 2
# says:
#   test_absorbed_fraction: [survive along both axes]
# ---

# %% solution="absorbed_fraction"
def absorbed_fraction(kernel_size, dy, dx):
    return max(0, 1 - max(abs(dy), abs(dx)) / kernel_size)
