# ---
# misconception: The chances of the two axes are averaged, as if surviving one were half the way.
# loses:
#   test_absorbed_fraction: 2
# says:
#   test_absorbed_fraction: [count the columns]
# ---

# %% solution="absorbed_fraction"
def absorbed_fraction(kernel_size, dy, dx):
    shares = [max(0, 1 - abs(shift) / kernel_size) for shift in (dy, dx)]
    return sum(shares) / 2
