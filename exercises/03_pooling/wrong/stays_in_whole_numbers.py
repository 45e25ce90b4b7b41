# ---
# misconception: Whole numbers from 0 to 255 are added and divided as they are.
# loses:
#   test_avg_pool2d: 2
# says:
#   test_avg_pool2d: [uint8, start again at 0]
# ---

# %% solution="avg_pool2d"
def avg_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(1, 2))
    return windows[:, ::stride, ::stride].sum(axis=(3, 4), dtype=x.dtype) / kernel_size**2
