# ---
# misconception: The stride is accepted and never used.
# loses:
#   test_one_map: 2
# says:
#   test_one_map: [stride, both directions]
# ---

# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    C, H, W = x.shape
    _, K_h, K_w = weight.shape
    padded = np.zeros((C, H + 2 * padding, W + 2 * padding))
    padded[:, padding : padding + H, padding : padding + W] = x
    H_out = H + 2 * padding - K_h + 1
    W_out = W + 2 * padding - K_w + 1
    feature_map = np.zeros((H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            window = padded[:, i : i + K_h, j : j + K_w]
            feature_map[i, j] = (window * weight).sum()
    return feature_map
