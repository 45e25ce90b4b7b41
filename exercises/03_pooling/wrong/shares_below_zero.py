# ---
# misconception: The formula is used beyond its range, where shares become negative.
# loses:
#   test_absorbed_fraction: 2
# says:
#   test_absorbed_fraction: [never negative]
# ---

# %% solution="absorbed_fraction"
def absorbed_fraction(kernel_size, dy, dx):
    return (1 - abs(dy) / kernel_size) * (1 - abs(dx) / kernel_size)
