# ---
# misconception: The search for the maximum begins with 0, which negative values never beat.
# loses:
#   test_max_pool2d: 1
# says:
#   test_max_pool2d: [maxima, not 0]
# ---

# %% solution="max_pool2d"
def max_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    C, H_out, W_out = windows.shape[:3]
    flat = windows.reshape(C, H_out, W_out, -1)
    m, n = np.divmod(flat.argmax(axis=3), kernel_size)
    rows = m + stride * np.arange(H_out)[:, None]
    columns = n + stride * np.arange(W_out)
    maxima = np.zeros((C, H_out, W_out))
    for values in np.moveaxis(flat, 3, 0):
        maxima = np.maximum(maxima, values)
    return maxima, rows * x.shape[2] + columns
