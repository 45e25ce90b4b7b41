# ---
# misconception: The two corrections are sums instead of means.
# loses:
#   test_batch_norm_backward: 2
# says:
#   test_batch_norm_backward: [not sums]
# ---

# %% solution="batch_norm_backward"
def batch_norm_backward(grad_output, x, weight, eps=1e-5):
    axes = (0, 2, 3)
    sigma = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    standard = (x - x.mean(axis=axes, keepdims=True)) / sigma
    by_mean = grad_output.sum(axis=axes, keepdims=True)
    by_variance = standard * (grad_output * standard).sum(axis=axes, keepdims=True)
    grad_x = weight[:, None, None] / sigma * (grad_output - by_mean - by_variance)
    return grad_x, (grad_output * standard).sum(axis=axes), grad_output.sum(axis=axes)
