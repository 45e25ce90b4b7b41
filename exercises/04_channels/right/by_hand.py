# ---
# how: Plain loops, single precision, and earlier parts called where they help.
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    first, places = -padding, 0
    while first + dilation * (kernel_size - 1) < size + padding:
        first, places = first + stride, places + 1
    if places == 0:
        raise ValueError("does not fit")
    return places


# %% solution="same_padding"
def same_padding(kernel_size, dilation=1):
    before = after = 0
    for number in range(dilation * (kernel_size - 1)):
        if number % 2:
            before += 1
        else:
            after += 1
    return before, after


# %% solution="conv2d"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    N, C_in, H, W = x.shape
    C_out, C, K_h, K_w = weight.shape
    H_out = output_size(H, K_h, stride, padding, dilation)
    W_out = output_size(W, K_w, stride, padding, dilation)
    maps = np.zeros((N, C_out, H_out, W_out), dtype=np.float32, order="F")
    for n, o, i, j in np.ndindex(maps.shape):
        total = 0.0 if bias is None else bias[o]
        for c in range(C):
            channel = o * groups // C_out * C + c
            for m in range(K_h):
                for q in range(K_w):
                    row = i * stride + m * dilation - padding
                    column = j * stride + q * dilation - padding
                    if 0 <= row < H and 0 <= column < W:
                        total += x[n, channel, row, column] * weight[o, c, m, q]
        maps[n, o, i, j] = total
    return maps


# %% solution="multiply_adds"
def multiply_adds(in_channels, out_channels, kernel_size, H, W, stride=1, padding=0, groups=1):
    values = out_channels
    for side in (H, W):
        values *= output_size(side, kernel_size, stride, padding)
    return values * (kernel_size**2 * (in_channels // groups))


# %% solution="conv1x1"
def conv1x1(x, weight, bias):
    maps = []
    for image in x:
        for weights, b in zip(weight, bias):
            maps.append(sum(w * channel for w, channel in zip(weights, image)) + b)
    return np.array(maps, dtype=np.float32).reshape(len(x), len(weight), *x.shape[2:])


# %% solution="depthwise_separable"
def depthwise_separable(x, depthwise, pointwise):
    between = conv2d(x, depthwise[:, None], groups=len(depthwise))
    return conv1x1(between, pointwise, np.zeros(len(pointwise)))


# %% solution="activation_table"
def activation_table(shape, layers):
    rows, shape = [], tuple(shape)
    for kind, first, *rest in layers:
        before = shape
        if kind == "conv":
            shape = (first, *(output_size(side, *([rest[0], *rest[1:]])) for side in before[1:]))
            parameters = first * before[0] * rest[0] ** 2 + first
        elif kind == "pool":
            shape = (before[0], *(output_size(side, first, rest[0]) for side in before[1:]))
            parameters = 0
        else:
            shape = (first,)
            parameters = first * rows[-1][1] + first if rows else first * np.prod(before) + first
        values = 1
        for side in shape:
            values *= side
        rows.append((shape, values, parameters))
    return rows
