# ---
# misconception: The margin is accepted and never used.
# loses:
#   test_equivariance_error: 3
# says:
#   test_equivariance_error: [With margin=1]
# ---

# %% solution="equivariance_error"
def equivariance_error(f, x, dy, dx, margin, stride=1):
    if dy % stride or dx % stride:
        raise ValueError("the map cannot follow")
    moved = np.roll(f(x), (dy // stride, dx // stride), axis=(0, 1))
    return float(np.abs(f(np.roll(x, (dy, dx), axis=(0, 1))) - moved).max())
