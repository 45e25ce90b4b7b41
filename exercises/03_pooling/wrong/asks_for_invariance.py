# ---
# misconception: The map of the moved image is compared with the map that stands still.
# loses:
#   test_equivariance_error: 3
# says:
#   test_equivariance_error: [would be to ask for invariance]
# ---

# %% solution="equivariance_error"
def equivariance_error(f, x, dy, dx, margin, stride=1):
    if dy % stride or dx % stride:
        raise ValueError("the map cannot follow")
    difference = np.abs(f(np.roll(x, (dy, dx), axis=(0, 1))) - f(x))
    H, W = difference.shape
    return float(difference[margin : H - margin, margin : W - margin].max())
