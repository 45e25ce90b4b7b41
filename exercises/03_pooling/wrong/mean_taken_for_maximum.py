# ---
# misconception: Every pooling is taken for a maximum.
# loses:
#   test_avg_pool2d: 2
#   test_global_avg_pool2d: 2
# says:
#   test_avg_pool2d: [takes the mean]
#   test_global_avg_pool2d: [neither sum nor maximum]
# ---

# %% solution="avg_pool2d"
def avg_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(1, 2))
    return windows[:, ::stride, ::stride].max(axis=(3, 4))


# %% solution="global_avg_pool2d"
def global_avg_pool2d(x):
    return x.max(axis=(2, 3))
