# ---
# how: Views of all windows at once, and no loop over places.
# ---

# %% solution="max_pool2d"
def max_pool2d(x, kernel_size, stride):
    H, W = x.shape[1:]
    shape = (kernel_size, kernel_size)
    views = np.lib.stride_tricks.sliding_window_view
    windows = views(x, shape, axis=(1, 2))[:, ::stride, ::stride]
    windows = windows.reshape(*windows.shape[:3], -1)
    numbers = views(np.arange(H * W).reshape(H, W), shape)[::stride, ::stride]
    numbers = numbers.reshape(*numbers.shape[:2], -1)
    winners = windows.argmax(axis=3)
    rows, columns = np.indices(winners.shape)[1:]
    return windows.max(axis=3), numbers[rows, columns, winners]


# %% solution="max_pool2d_backward"
def max_pool2d_backward(grad_output, places, shape):
    C, H, W = shape
    everywhere = places.reshape(C, -1) + H * W * np.arange(C)[:, None]
    return np.bincount(everywhere.ravel(), grad_output.ravel(), C * H * W).reshape(shape)


# %% solution="avg_pool2d"
def avg_pool2d(x, kernel_size, stride):
    total = np.cumsum(np.cumsum(x, axis=1, dtype=float), axis=2)
    total = np.pad(total, ((0, 0), (1, 0), (1, 0)))
    K = kernel_size
    sums = total[:, K:, K:] - total[:, :-K, K:] - total[:, K:, :-K] + total[:, :-K, :-K]
    return sums[:, ::stride, ::stride] / K**2


# %% solution="global_avg_pool2d"
def global_avg_pool2d(x):
    return np.einsum("nchw->nc", x) / x[0, 0].size


# %% solution="equivariance_error"
def equivariance_error(f, x, dy, dx, margin, stride=1):
    (a, left), (b, over) = divmod(dy, stride), divmod(dx, stride)
    if left or over:
        raise ValueError("the map cannot follow")
    H, W = x.shape
    rows, columns = (np.arange(H) - dy) % H, (np.arange(W) - dx) % W
    of_moved, map_ = f(x[np.ix_(rows, columns)]), f(x)
    h, w = map_.shape
    moved = map_[np.ix_((np.arange(h) - a) % h, (np.arange(w) - b) % w)]
    inner = (slice(margin, h - margin), slice(margin, w - margin))
    return np.linalg.norm((of_moved - moved)[inner].ravel(), np.inf)


# %% solution="absorbed_fraction"
def absorbed_fraction(kernel_size, dy, dx):
    stays = 1 - np.abs([dy, dx]) / kernel_size
    return stays.clip(0, None).prod()


# %% solution="blur_pool2d"
def blur_pool2d(x, taps, stride):
    taps = np.array(taps) / np.sum(taps)
    windows = np.lib.stride_tricks.sliding_window_view(x, (len(taps), len(taps)), axis=(1, 2))
    return np.einsum("chwmn,m,n->chw", windows[:, ::stride, ::stride], taps, taps)


# %% solution="shift_consistency"
def shift_consistency(predict, images, shifts):
    still = np.tile(predict(images), len(shifts))
    moved = np.concatenate([np.roll(images, shift, axis=(1, 2)) for shift in shifts])
    return (predict(moved) == still).mean()
