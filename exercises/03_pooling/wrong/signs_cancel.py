# ---
# misconception: Differences are compared with their signs, so that negative ones never count.
# loses:
#   test_equivariance_error: 3
# says:
#   test_equivariance_error: [absolute values]
# ---

# %% solution="equivariance_error"
def equivariance_error(f, x, dy, dx, margin, stride=1):
    if dy % stride or dx % stride:
        raise ValueError("the map cannot follow")
    moved = np.roll(f(x), (dy // stride, dx // stride), axis=(0, 1))
    difference = f(np.roll(x, (dy, dx), axis=(0, 1))) - moved
    H, W = difference.shape
    return float(difference[margin : H - margin, margin : W - margin].max())
