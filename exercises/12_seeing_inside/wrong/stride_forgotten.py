# ---
# misconception: The square stands on every pixel in turn.
# loses:
#   test_occlusion_map: 3
# says:
#   test_occlusion_map: [rows and in]
# ---

# %% solution="occlusion_map"
def occlusion_map(probability, x, size, stride, value):
    H, W = x.shape[1:]
    whole = probability(x)
    falls = np.zeros(((H - size) // stride + 1, (W - size) // stride + 1))
    for i, j in np.ndindex(falls.shape):
        top, left = i, j
        covered = x.copy()
        covered[:, top : top + size, left : left + size] = value
        falls[i, j] = whole - probability(covered)
    return falls
