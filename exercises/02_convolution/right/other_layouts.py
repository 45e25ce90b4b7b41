# ---
# how: Views, transposed and column-major arrays, arrays without axes, plain loops.
# ---

# %% solution="pad2d"
def pad2d(image, padding):
    H, W = image.shape
    room = np.zeros((H + 2 * padding + 2, W + 2 * padding + 2), order="F")
    room[padding + 1:padding + 1 + H, padding + 1:padding + 1 + W] = image
    return room[1:-1, 1:-1]  # a view


# %% solution="output_pixel"
def output_pixel(image, kernel, row, column):
    window = image[row:row + len(kernel), column:column + len(kernel[0])]
    return np.asarray(np.vdot(window.astype(float), kernel))  # an array without axes


# %% solution="correlate2d"
def correlate2d(image, kernel):
    (H, W), (K_h, K_w) = image.shape, kernel.shape
    room = np.zeros((W, H))
    for m in range(K_h):
        for n in range(K_w):
            room[:W - K_w + 1, :H - K_h + 1] += (
                image[m:m + H - K_h + 1, n:n + W - K_w + 1].astype(float).T * kernel[m, n])
    return room[:W - K_w + 1, :H - K_h + 1].T  # a transposed view


# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    (C, H, W), (_, K_h, K_w) = x.shape, weight.shape
    flat = np.asfortranarray(np.zeros((C, H + 2 * padding, W + 2 * padding)))
    flat[:, padding:H + padding, padding:W + padding] = x
    return np.array([
        [np.vdot(flat[:, i:i + K_h, j:j + K_w], weight)
         for j in range(0, flat.shape[2] - K_w + 1, stride)]
        for i in range(0, flat.shape[1] - K_h + 1, stride)
    ], order="F")


# %% solution="conv2d"
def conv2d(x, weight, bias):
    K_h, K_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(x, (K_h, K_w), axis=(1, 2))
    maps = np.einsum("chwmn,ocmn->hwo", windows, weight) + bias  # channels last
    return maps.transpose(2, 0, 1)


# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0):
    """Put the window down, and move it on, as long as it fits."""
    last = size + 2 * padding - kernel_size
    if last < 0:
        raise ValueError("the window is too large")
    places, left = 0, 0
    while left <= last:
        places, left = places + 1, left + stride
    return places


# %% solution="make_kernels"
def make_kernels():
    prewitt = np.outer([-1.0, 0, 1], [1, 1, 1])
    dot = np.zeros((3, 3), order="F")
    dot[1, 1] = 1
    blur = np.full((3, 3), 1 / 9)
    return {
        "edges_y": prewitt, "edges_x": prewitt.T, "blur": blur, "sharpen": dot + 2 * (dot - blur),
    }
