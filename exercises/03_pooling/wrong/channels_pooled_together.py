# ---
# misconception: Pooling also goes over the channels, so that one map comes out.
# loses:
#   test_max_pool2d: 4
#   test_avg_pool2d: 2
#   test_global_avg_pool2d: 2
#   test_blur_pool2d: 3
# says:
#   test_max_pool2d: [Each channel is pooled by itself]
#   test_avg_pool2d: [One channel of]
#   test_global_avg_pool2d: [images and channels stay]
#   test_blur_pool2d: [has shape]
# ---

# %% solution="max_pool2d"
def max_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(
        x.max(axis=0), (kernel_size, kernel_size)
    )[::stride, ::stride]
    flat = windows.reshape(*windows.shape[:2], -1)
    return flat.max(axis=2), flat.argmax(axis=2)


# %% solution="avg_pool2d"
def avg_pool2d(x, kernel_size, stride):
    shape = (len(x), kernel_size, kernel_size)
    windows = np.lib.stride_tricks.sliding_window_view(x.astype(float), shape)[0]
    return windows[::stride, ::stride].mean(axis=(2, 3, 4))


# %% solution="global_avg_pool2d"
def global_avg_pool2d(x):
    return x.mean(axis=(1, 2, 3))


# %% solution="blur_pool2d"
def blur_pool2d(x, taps, stride):
    weights = np.outer(taps, taps) / np.sum(taps) ** 2
    windows = np.lib.stride_tricks.sliding_window_view(x.mean(axis=0), weights.shape)
    return (windows[::stride, ::stride] * weights).sum(axis=(2, 3))
