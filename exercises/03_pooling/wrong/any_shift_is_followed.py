# ---
# misconception: A shift that the stride does not divide is rounded, not refused.
# loses:
#   test_equivariance_error: 3
# says:
#   test_equivariance_error: [cannot follow a shift by one]
# ---

# %% solution="equivariance_error"
def equivariance_error(f, x, dy, dx, margin, stride=1):
    moved = np.roll(f(x), (dy // stride, dx // stride), axis=(0, 1))
    difference = np.abs(f(np.roll(x, (dy, dx), axis=(0, 1))) - moved)
    H, W = difference.shape
    return float(difference[margin : H - margin, margin : W - margin].max())
