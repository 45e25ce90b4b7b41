# ---
# misconception: Any blur is a plain mean of the window, whatever weights are given.
# loses:
#   test_blur_pool2d: 3
# says:
#   test_blur_pool2d: [not all places the same]
# ---

# %% solution="blur_pool2d"
def blur_pool2d(x, taps, stride):
    K = len(taps)
    windows = np.lib.stride_tricks.sliding_window_view(x, (K, K), axis=(1, 2))
    return windows[:, ::stride, ::stride].mean(axis=(3, 4))
