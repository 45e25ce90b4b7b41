# ---
# misconception: The map is moved by as many steps as the image by pixels, whatever its stride.
# loses:
#   test_equivariance_error: 3
# says:
#   test_equivariance_error: [By how much is your map moved]
# ---

# %% solution="equivariance_error"
def equivariance_error(f, x, dy, dx, margin, stride=1):
    if dy % stride or dx % stride:
        raise ValueError("the map cannot follow")
    shift = {"shift": (dy, dx), "axis": (0, 1)}
    difference = np.abs(f(np.roll(x, **shift)) - np.roll(f(x), **shift))
    H, W = difference.shape
    return float(difference[margin : H - margin, margin : W - margin].max())
