# ---
# how: Views of all windows, sums by einsum, and closed formulas.
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    places = np.arange(0, size + 2 * padding - dilation * (kernel_size - 1), stride)
    if not places.size:
        raise ValueError("does not fit")
    return np.int64(places.size)


# %% solution="same_padding"
def same_padding(kernel_size, dilation=1):
    return np.array([dilation * (kernel_size - 1), dilation * (kernel_size - 1) + 1]) // 2


# %% solution="conv2d"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    N, C_in = x.shape[:2]
    C_out, C, *kernel = weight.shape
    frame = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    reach = [dilation * (k - 1) + 1 for k in kernel]
    views = np.lib.stride_tricks.sliding_window_view(frame, reach, axis=(2, 3))
    views = views[:, :, ::stride, ::stride, ::dilation, ::dilation]
    views = views.reshape(N, groups, C, *views.shape[2:])
    banks = weight.reshape(groups, C_out // groups, C, *kernel)
    maps = np.einsum("ngchwmq,gocmq->ngohw", views, banks, optimize=True)
    maps = maps.reshape(N, C_out, *maps.shape[3:])
    return maps if bias is None else maps + np.reshape(bias, (-1, 1, 1))


# %% solution="multiply_adds"
def multiply_adds(in_channels, out_channels, kernel_size, H, W, stride=1, padding=0, groups=1):
    sides = (np.array([H, W]) + 2 * padding - kernel_size) // stride + 1
    weights = out_channels * (in_channels // groups) * kernel_size * kernel_size
    return weights * sides.prod()


# %% solution="conv1x1"
def conv1x1(x, weight, bias):
    pixels = x.transpose(0, 2, 3, 1)  # channels last: a view
    return (pixels @ weight.T + bias).transpose(0, 3, 1, 2)


# %% solution="depthwise_separable"
def depthwise_separable(x, depthwise, pointwise):
    views = np.lib.stride_tricks.sliding_window_view(x, depthwise.shape[1:], axis=(2, 3))
    full = pointwise[:, :, None, None] * depthwise  # the kernels of the full convolution
    return np.einsum("nchwmq,ocmq->nohw", views, full, optimize=True)


# %% solution="activation_table"
def activation_table(shape, layers):
    rows = []
    for layer in layers:
        values = int(np.prod(shape))
        parameters = 0
        if layer[0] == "dense":
            shape = (layer[1],)
            parameters = (values + 1) * layer[1]
        elif layer[0] == "pool":
            _, k, s = layer
            shape = (shape[0], (shape[1] - k) // s + 1, (shape[2] - k) // s + 1)
        else:
            _, out, k, s, p = layer
            parameters = (shape[0] * k * k + 1) * out
            shape = (out, (shape[1] + 2 * p - k) // s + 1, (shape[2] + 2 * p - k) // s + 1)
        rows.append([list(shape), np.prod(shape), parameters])
    return rows
