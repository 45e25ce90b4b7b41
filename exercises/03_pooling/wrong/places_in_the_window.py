# ---
# misconception: Places are counted inside the window, not through the map.
# loses:
#   test_max_pool2d: 2
# says:
#   test_max_pool2d: [through the whole map]
# ---

# %% solution="max_pool2d"
def max_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    flat = windows.reshape(*windows.shape[:3], -1)
    return flat.max(axis=3), flat.argmax(axis=3)
