# ---
# misconception: The values are added up and never divided by their number.
# loses:
#   test_avg_pool2d: 2
#   test_global_avg_pool2d: 2
#   test_blur_pool2d: 3
# says:
#   test_avg_pool2d: [is the sum divided]
#   test_global_avg_pool2d: [neither sum nor maximum]
#   test_blur_pool2d: [what do you divide by]
# ---

# %% solution="avg_pool2d"
def avg_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(1, 2))
    return windows[:, ::stride, ::stride].sum(axis=(3, 4))


# %% solution="global_avg_pool2d"
def global_avg_pool2d(x):
    return x.sum(axis=(2, 3))


# %% solution="blur_pool2d"
def blur_pool2d(x, taps, stride):
    weights = np.outer(taps, taps)
    windows = np.lib.stride_tricks.sliding_window_view(x, weights.shape, axis=(1, 2))
    return (windows[:, ::stride, ::stride] * weights).sum(axis=(3, 4))
