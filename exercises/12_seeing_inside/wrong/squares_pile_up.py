# ---
# misconception: One copy is enough for all places.
# loses:
#   test_occlusion_map: 3
# says:
#   test_occlusion_map: [squares before it]
# ---

# %% solution="occlusion_map"
def occlusion_map(probability, x, size, stride, value):
    H, W = x.shape[1:]
    whole = probability(x)
    covered = x.copy()
    falls = np.zeros(((H - size) // stride + 1, (W - size) // stride + 1))
    for i, j in np.ndindex(falls.shape):
        top, left = i * stride, j * stride
        covered[:, top : top + size, left : left + size] = value
        falls[i, j] = whole - probability(covered)
    return falls
