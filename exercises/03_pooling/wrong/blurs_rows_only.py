# ---
# misconception: The weights are laid along one axis only.
# loses:
#   test_blur_pool2d: 3
# says:
#   test_blur_pool2d: [both axes have their weights]
# ---

# %% solution="blur_pool2d"
def blur_pool2d(x, taps, stride):
    K = len(taps)
    weights = np.asarray(taps) / np.sum(taps)
    windows = np.lib.stride_tricks.sliding_window_view(x, (K, K), axis=(1, 2))
    return (windows[:, ::stride, ::stride, K // 2] * weights).sum(axis=3)
