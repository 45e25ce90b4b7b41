# ---
# misconception: The number of places is the number of steps.
# loses:
#   test_occlusion_map: 3
# says:
#   test_occlusion_map: [How many places]
# ---

# %% solution="occlusion_map"
def occlusion_map(probability, x, size, stride, value):
    H, W = x.shape[1:]
    whole = probability(x)
    falls = np.zeros(((H - size) // stride, (W - size) // stride))
    for i, j in np.ndindex(falls.shape):
        top, left = i * stride, j * stride
        covered = x.copy()
        covered[:, top : top + size, left : left + size] = value
        falls[i, j] = whole - probability(covered)
    return falls
