# ---
# misconception: The gradients of scale and shift are averaged over the places.
# loses:
#   test_batch_norm_backward: 2
# says:
#   test_batch_norm_backward: [plain sum]
# ---

# %% solution="batch_norm_backward"
def batch_norm_backward(grad_output, x, weight, eps=1e-5):
    axes = (0, 2, 3)
    sigma = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    standard = (x - x.mean(axis=axes, keepdims=True)) / sigma
    by_mean = grad_output.mean(axis=axes, keepdims=True)
    by_variance = standard * (grad_output * standard).mean(axis=axes, keepdims=True)
    grad_x = weight[:, None, None] / sigma * (grad_output - by_mean - by_variance)
    return grad_x, (grad_output * standard).mean(axis=axes), grad_output.mean(axis=axes)
