# ---
# misconception: The kernel is turned by 180 degrees before it is laid on the image.
# loses:
#   test_output_pixel: 2
#   test_correlate2d: 3
#   test_one_map: 4
#   test_conv2d: 2
# says:
#   test_output_pixel: [turned by 180]
#   test_correlate2d: [turned by 180]
#   test_one_map: [turned by 180]
#   test_conv2d: [turned by 180]
# ---

# %% solution="output_pixel"
def output_pixel(image, kernel, row, column):
    K_h, K_w = kernel.shape
    window = image[row : row + K_h, column : column + K_w].astype(float)
    return float((window * kernel[::-1, ::-1]).sum())


# %% solution="correlate2d"
def correlate2d(image, kernel):
    (H, W), (K_h, K_w) = image.shape, kernel.shape
    feature_map = np.zeros((H - K_h + 1, W - K_w + 1))
    for i in range(H - K_h + 1):
        for j in range(W - K_w + 1):
            window = image[i : i + K_h, j : j + K_w].astype(float)
            feature_map[i, j] = (window * kernel[::-1, ::-1]).sum()
    return feature_map


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
            feature_map[i, j] = (window * weight[:, ::-1, ::-1]).sum()
    return feature_map


# %% solution="conv2d"
def conv2d(x, weight, bias):
    flipped = weight[:, :, ::-1, ::-1]
    K_h, K_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(x, (K_h, K_w), axis=(1, 2))
    return np.einsum("ocmn,chwmn->ohw", flipped, windows) + bias[:, None, None]
