# ---
# misconception: The map shows how sure the network still is.
# loses:
#   test_occlusion_map: 3
# says:
#   test_occlusion_map: [before minus after]
# ---

# %% solution="occlusion_map"
def occlusion_map(probability, x, size, stride, value):
    H, W = x.shape[1:]
    whole = probability(x)
    falls = np.zeros(((H - size) // stride + 1, (W - size) // stride + 1))
    for i, j in np.ndindex(falls.shape):
        top, left = i * stride, j * stride
        covered = x.copy()
        covered[:, top : top + size, left : left + size] = value
        falls[i, j] = probability(covered) - whole
    return falls
