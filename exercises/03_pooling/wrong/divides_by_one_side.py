# ---
# misconception: The sum over a window is divided by its side, not by its area.
# loses:
#   test_avg_pool2d: 2
#   test_global_avg_pool2d: 2
#   test_blur_pool2d: 3
# says:
#   test_avg_pool2d: [By how many values]
#   test_global_avg_pool2d: [of all four values]
#   test_blur_pool2d: [square of the sum]
# ---

# %% solution="avg_pool2d"
def avg_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(1, 2))
    return windows[:, ::stride, ::stride].sum(axis=(3, 4)) / kernel_size


# %% solution="global_avg_pool2d"
def global_avg_pool2d(x):
    return x.sum(axis=(2, 3)) / x.shape[3]


# %% solution="blur_pool2d"
def blur_pool2d(x, taps, stride):
    weights = np.outer(taps, taps) / np.sum(taps)
    windows = np.lib.stride_tricks.sliding_window_view(x, weights.shape, axis=(1, 2))
    return (windows[:, ::stride, ::stride] * weights).sum(axis=(3, 4))
