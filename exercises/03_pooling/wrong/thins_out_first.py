# ---
# misconception: Values are left out first, and what remains is blurred.
# loses:
#   test_blur_pool2d: 3
# says:
#   test_blur_pool2d: [before the blur]
# ---

# %% solution="blur_pool2d"
def blur_pool2d(x, taps, stride):
    weights = np.outer(taps, taps) / np.sum(taps) ** 2
    K = len(taps)
    H_out, W_out = ((size - K) // stride + 1 for size in x.shape[1:])
    thin = x[:, ::stride, ::stride]
    room = np.zeros((len(x), H_out + K - 1, W_out + K - 1))
    rows, columns = (np.arange(size) for size in room.shape[1:])
    room[:] = thin[:, rows.clip(max=thin.shape[1] - 1)][:, :, columns.clip(max=thin.shape[2] - 1)]
    windows = np.lib.stride_tricks.sliding_window_view(room, (K, K), axis=(1, 2))
    return (windows * weights).sum(axis=(3, 4))
