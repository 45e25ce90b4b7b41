# ---
# misconception: Of several equal maxima the last one is remembered.
# loses:
#   test_max_pool2d: 1
# says:
#   test_max_pool2d: [ties, the first one counts]
# ---

# %% solution="max_pool2d"
def max_pool2d(x, kernel_size, stride):
    C, H, W = x.shape
    H_out, W_out = (H - kernel_size) // stride + 1, (W - kernel_size) // stride + 1
    maxima, places = np.full((C, H_out, W_out), -np.inf), np.zeros((C, H_out, W_out), dtype=int)
    for c, i, j in np.ndindex(maxima.shape):
        for row in range(i * stride, i * stride + kernel_size):
            for column in range(j * stride, j * stride + kernel_size):
                if x[c, row, column] >= maxima[c, i, j]:
                    maxima[c, i, j] = x[c, row, column]
                    places[c, i, j] = row * W + column
    return maxima, places
