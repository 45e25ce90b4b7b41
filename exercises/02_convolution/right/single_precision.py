# ---
# how: Everything in float32, and kernels of whole numbers.
# ---

# %% solution="pad2d"
def pad2d(image, padding):
    H, W = image.shape
    frame = np.zeros((H + 2 * padding, W + 2 * padding), dtype=np.float32)
    frame[padding:padding + H, padding:padding + W] = image
    return frame


# %% solution="output_pixel"
def output_pixel(image, kernel, row, column):
    total = np.float32(0)
    for m in range(kernel.shape[0]):
        for n in range(kernel.shape[1]):
            total += np.float32(image[row + m, column + n]) * np.float32(kernel[m, n])
    return total


# %% solution="correlate2d"
def correlate2d(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(np.float32), kernel.shape)
    return (windows * kernel.astype(np.float32)).sum((2, 3))


# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    total = 0
    for channel, kernel in zip(x, weight):
        total = total + correlate2d(pad2d(channel, padding), kernel)[::stride, ::stride]
    return total


# %% solution="conv2d"
def conv2d(x, weight, bias):
    return np.stack([one_map(x, w) + np.float32(b) for w, b in zip(weight, bias)])


# %% solution="make_kernels"
def make_kernels():
    edges_y = np.array([[-3, -10, -3], [0, 0, 0], [3, 10, 3]])
    return {
        "blur": np.full((3, 3), 1 / 9, dtype=np.float32), "edges_x": edges_y.T, "edges_y": edges_y,
        "sharpen": np.array([[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]], dtype=np.int8),
    }
