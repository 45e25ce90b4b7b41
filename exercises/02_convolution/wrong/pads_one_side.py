# ---
# misconception: Zeros are added below and on the right only.
# loses:
#   test_pad2d: 2
#   test_one_map: 2
# says:
#   test_pad2d: [both ends]
#   test_one_map: [padding, on the left, above]
# ---

# %% solution="pad2d"
def pad2d(image, padding):
    H, W = image.shape
    frame = np.zeros((H + padding, W + padding), dtype=image.dtype)
    frame[:H, :W] = image
    return frame


# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    C, H, W = x.shape
    _, K_h, K_w = weight.shape
    padded = np.zeros((C, H + padding, W + padding))
    padded[:, :H, :W] = x
    H_out = (H + padding - K_h) // stride + 1
    W_out = (W + padding - K_w) // stride + 1
    feature_map = np.zeros((H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            top, left = i * stride, j * stride
            feature_map[i, j] = (padded[:, top : top + K_h, left : left + K_w] * weight).sum()
    return feature_map
