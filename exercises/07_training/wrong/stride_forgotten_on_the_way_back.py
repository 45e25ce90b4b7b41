# ---
# misconception: Numbers go back to neighbouring pixels, whatever the stride was.
# loses:
#   test_col2im: 1
#   test_conv2d_backward: 2
# says:
#   test_col2im: [With a stride]
#   test_conv2d_backward: [stride]
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
            rows, places = slice(m, m + H_out), slice(n, n + W_out)
            padded[:, :, rows, places] += columns[:, :, m, n]
    return padded[:, :, padding : padding + H, padding : padding + W]


# %% solution="conv2d_backward"
def conv2d_backward(grad_output, x, weight, stride=1, padding=0):
    (N, C_in, H, W), (K_h, K_w) = x.shape, weight.shape[2:]
    H_out, W_out = grad_output.shape[2:]
    padded = np.zeros((N, C_in, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros(weight.shape)
    for m in range(K_h):
        for n in range(K_w):
            rows, places = slice(m, m + H_out), slice(n, n + W_out)
            met = padded[:, :, rows, places]  # what this weight was multiplied with
            grad_weight[:, :, m, n] = np.tensordot(grad_output, met, ([0, 2, 3], [0, 2, 3]))
            spread = np.tensordot(grad_output, weight[:, :, m, n], (1, 0))  # channels last
            grad_padded[:, :, rows, places] += spread.transpose(0, 3, 1, 2)
    grad_x = grad_padded[:, :, padding : padding + H, padding : padding + W]
    return grad_x, grad_weight, grad_output.sum(axis=(0, 2, 3))
