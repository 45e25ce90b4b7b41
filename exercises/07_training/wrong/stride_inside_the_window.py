# ---
# misconception: The stride is applied to the pixels within a window, as dilation is.
# loses:
#   test_im2col: 1
#   test_conv2d_backward: 2
# says:
#   test_im2col: [stay neighbours]
#   test_conv2d_backward: [stride]
# ---

# %% solution="im2col"
def im2col(x, kernel_size, stride=1, padding=0):
    (N, C, H, W), (K_h, K_w) = x.shape, kernel_size
    padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    H_out = H + 2 * padding - stride * (K_h - 1)
    W_out = W + 2 * padding - stride * (K_w - 1)
    columns = np.empty((N, C, K_h, K_w, H_out, W_out))
    for m in range(K_h):
        for n in range(K_w):
            rows, places = slice(m * stride, m * stride + H_out), slice(n * stride, n * stride + W_out)
            columns[:, :, m, n] = padded[:, :, rows, places]
    return columns.reshape(N, C * K_h * K_w, H_out * W_out)


# %% solution="conv2d_backward"
def conv2d_backward(grad_output, x, weight, stride=1, padding=0):
    (N, C_in, H, W), (K_h, K_w) = x.shape, weight.shape[2:]
    H_out, W_out = grad_output.shape[2:]
    padded = np.zeros((N, C_in, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros(weight.shape)
    for m in range(K_h):
        for n in range(K_w):
            rows, places = slice(m * stride, m * stride + H_out), slice(n * stride, n * stride + W_out)
            met = padded[:, :, rows, places]  # what this weight was multiplied with
            grad_weight[:, :, m, n] = np.tensordot(grad_output, met, ([0, 2, 3], [0, 2, 3]))
            spread = np.tensordot(grad_output, weight[:, :, m, n], (1, 0))  # channels last
            grad_padded[:, :, rows, places] += spread.transpose(0, 3, 1, 2)
    grad_x = grad_padded[:, :, padding : padding + H, padding : padding + W]
    return grad_x, grad_weight, grad_output.sum(axis=(0, 2, 3))
