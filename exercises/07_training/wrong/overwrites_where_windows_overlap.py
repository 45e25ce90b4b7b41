# ---
# misconception: Numbers that meet in a pixel overwrite each other.
# loses:
#   test_col2im: 3
# says:
#   test_col2im: [are *added*]
# ---

# %% solution="col2im"
def col2im(columns, shape, kernel_size, stride=1, padding=0):
    (N, C, H, W), (K_h, K_w) = shape, kernel_size
    H_out = (H + 2 * padding - K_h) // stride + 1
    W_out = (W + 2 * padding - K_w) // stride + 1
    columns = columns.reshape(N, C, K_h, K_w, H_out, W_out)
    padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    for m in range(K_h):
        for n in range(K_w):
            rows, places = slice(m, m + stride * H_out, stride), slice(n, n + stride * W_out, stride)
            padded[:, :, rows, places] = columns[:, :, m, n]
    return padded[:, :, padding : padding + H, padding : padding + W]
