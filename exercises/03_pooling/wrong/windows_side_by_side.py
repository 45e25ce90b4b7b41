# ---
# misconception: Windows always lie side by side, whatever the stride says.
# loses:
#   test_max_pool2d: 1
#   test_avg_pool2d: 2
# says:
#   test_max_pool2d: [windows, share a column]
#   test_avg_pool2d: [Is the stride used]
# ---

# %% solution="max_pool2d"
def max_pool2d(x, kernel_size, stride):
    C, H, W = x.shape
    rows, columns = H // kernel_size, W // kernel_size
    maxima, places = np.zeros((C, rows, columns)), np.zeros((C, rows, columns), dtype=int)
    for c, i, j in np.ndindex(maxima.shape):
        top, left = i * kernel_size, j * kernel_size
        window = x[c, top : top + kernel_size, left : left + kernel_size]
        m, n = divmod(int(window.argmax()), kernel_size)
        maxima[c, i, j] = window[m, n]
        places[c, i, j] = (top + m) * W + left + n
    return maxima, places


# %% solution="avg_pool2d"
def avg_pool2d(x, kernel_size, stride):
    C, H, W = x.shape
    rows, columns = H // kernel_size, W // kernel_size
    inner = x[:, : rows * kernel_size, : columns * kernel_size].astype(float)
    return inner.reshape(C, rows, kernel_size, columns, kernel_size).mean(axis=(2, 4))
