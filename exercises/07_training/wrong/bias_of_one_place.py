# ---
# misconception: The gradient for the bias is summed over the images and averaged over the places.
# loses:
#   test_conv2d_backward: 4
#   test_loss_and_gradients: 2
# says:
#   test_conv2d_backward: [plain sum over both]
#   test_loss_and_gradients: [conv2_bias]
# ---

# %% solution="conv2d_backward"
def conv2d_backward(grad_output, x, weight, stride=1, padding=0):
    (N, C_in, H, W), (K_h, K_w) = x.shape, weight.shape[2:]
    H_out, W_out = grad_output.shape[2:]
    padded = np.zeros((N, C_in, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros(weight.shape)
    for m in range(K_h):
        for n in range(K_w):
            rows, places = slice(m, m + stride * H_out, stride), slice(n, n + stride * W_out, stride)
            met = padded[:, :, rows, places]  # what this weight was multiplied with
            grad_weight[:, :, m, n] = np.tensordot(grad_output, met, ([0, 2, 3], [0, 2, 3]))
            spread = np.tensordot(grad_output, weight[:, :, m, n], (1, 0))  # channels last
            grad_padded[:, :, rows, places] += spread.transpose(0, 3, 1, 2)
    grad_x = grad_padded[:, :, padding : padding + H, padding : padding + W]
    return grad_x, grad_weight, grad_output.mean(axis=(2, 3)).sum(axis=0)
