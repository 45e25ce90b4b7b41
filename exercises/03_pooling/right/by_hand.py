# ---
# how: Plain loops over numbers and lists, and answers in single precision.
# ---

# %% solution="max_pool2d"
def max_pool2d(x, kernel_size, stride):
    C, H, W = x.shape
    tops = range(0, H - kernel_size + 1, stride)
    lefts = range(0, W - kernel_size + 1, stride)
    maxima = np.full((C, len(tops), len(lefts)), -np.inf)
    places = np.zeros(maxima.shape, dtype=np.int32)
    for c in range(C):
        for i, top in enumerate(tops):
            for j, left in enumerate(lefts):
                for row in range(top, top + kernel_size):
                    for column in range(left, left + kernel_size):
                        if x[c, row, column] > maxima[c, i, j]:
                            maxima[c, i, j] = x[c, row, column]
                            places[c, i, j] = row * W + column
    return [maxima, places]


# %% solution="max_pool2d_backward"
def max_pool2d_backward(grad_output, places, shape):
    grad_x = np.zeros(shape, dtype=np.float32, order="F")
    for c, i, j in np.ndindex(grad_output.shape):
        row, column = divmod(places[c, i, j], shape[2])
        grad_x[c, row, column] += grad_output[c, i, j]
    return grad_x


# %% solution="avg_pool2d"
def avg_pool2d(x, kernel_size, stride):
    rows = (x.shape[1] - kernel_size) // stride * stride + 1
    columns = (x.shape[2] - kernel_size) // stride * stride + 1
    total = np.float32(0)
    for m in range(kernel_size):
        for n in range(kernel_size):
            total = total + x[:, m : m + rows : stride, n : n + columns : stride].astype(np.float32)
    return total / kernel_size / kernel_size


# %% solution="global_avg_pool2d"
def global_avg_pool2d(x):
    return np.array([[np.float32(channel.mean()) for channel in image] for image in x])


# %% solution="equivariance_error"
def equivariance_error(f, x, dy, dx, margin, stride=1):
    if dy / stride != dy // stride or dx / stride != dx // stride:
        raise ValueError("not a multiple of the stride")
    of_moved = f(np.roll(np.roll(x, dy, axis=0), dx, axis=1))
    still = f(x)
    H, W = still.shape
    worst = 0.0
    for i in range(margin, H - margin):
        for j in range(margin, W - margin):
            before = still[(i - dy // stride) % H, (j - dx // stride) % W]
            worst = max(worst, abs(of_moved[i, j] - before))
    return np.float32(worst)


# %% solution="absorbed_fraction"
def absorbed_fraction(kernel_size, dy, dx):
    stays = 0
    for row in range(kernel_size):
        for column in range(kernel_size):
            stays += row + dy in range(kernel_size) and column + dx in range(kernel_size)
    return np.float32(stays / kernel_size**2)


# %% solution="blur_pool2d"
def blur_pool2d(x, taps, stride):
    K, total = len(taps), sum(taps)
    tall = x.shape[1] - K + 1
    down = sum(t * x[:, m : m + tall] for m, t in enumerate(taps))[:, ::stride] / total
    wide = x.shape[2] - K + 1
    across = sum(t * down[:, :, n : n + wide] for n, t in enumerate(taps))[:, :, ::stride] / total
    return across.astype(np.float32)


# %% solution="shift_consistency"
def shift_consistency(predict, images, shifts):
    same = 0
    for dy, dx in shifts:
        for image in images:
            moved = np.roll(np.roll(image, dy, axis=0), dx, axis=1)
            same += int(predict(moved[None])[0] == predict(image[None])[0])
    return same / (len(shifts) * len(images))
