# ---
# misconception: Down a column the window is read column by column.
# loses:
#   test_im2col: 3
# says:
#   test_im2col: [column by column]
# ---

# %% solution="im2col"
def im2col(x, kernel_size, stride=1, padding=0):
    (N, C, H, W), (K_h, K_w) = x.shape, kernel_size
    padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    H_out = (H + 2 * padding - K_h) // stride + 1
    W_out = (W + 2 * padding - K_w) // stride + 1
    columns = np.empty((N, C, K_w, K_h, H_out, W_out))
    for m in range(K_h):
        for n in range(K_w):
            rows, places = slice(m, m + stride * H_out, stride), slice(n, n + stride * W_out, stride)
            columns[:, :, n, m] = padded[:, :, rows, places]
    return columns.reshape(N, C * K_h * K_w, H_out * W_out)
