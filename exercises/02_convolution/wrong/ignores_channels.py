# ---
# misconception: Only the first channel of a colour image is looked at.
# loses:
#   test_one_map: 2
#   test_conv2d: 2
# says:
#   test_one_map: [channels, only the first]
#   test_conv2d: [all three channels]
# ---

# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    C, H, W = x.shape
    _, K_h, K_w = weight.shape
    padded = np.zeros((C, H + 2 * padding, W + 2 * padding))
    padded[:, padding : padding + H, padding : padding + W] = x
    H_out = (H + 2 * padding - K_h) // stride + 1
    W_out = (W + 2 * padding - K_w) // stride + 1
    feature_map = np.zeros((H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            top, left = i * stride, j * stride
            window = padded[:, top : top + K_h, left : left + K_w]
            feature_map[i, j] = (window[0] * weight[0]).sum()
    return feature_map


# %% solution="conv2d"
def conv2d(x, weight, bias):
    _, H, W = x.shape
    C_out, _, K_h, K_w = weight.shape
    maps = np.zeros((C_out, H - K_h + 1, W - K_w + 1))
    for o in range(C_out):
        for i in range(H - K_h + 1):
            for j in range(W - K_w + 1):
                window = x[0, i : i + K_h, j : j + K_w]
                maps[o, i, j] = (window * weight[o, 0]).sum() + bias[o]
    return maps
