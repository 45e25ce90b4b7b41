# ---
# misconception: Mean and variance are treated as constants on the way back.
# loses:
#   test_batch_norm_backward: 2
# says:
#   test_batch_norm_backward: [the way by the mean]
# ---

# %% solution="batch_norm_backward"
def batch_norm_backward(grad_output, x, weight, eps=1e-5):
    axes = (0, 2, 3)
    sigma = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    standard = (x - x.mean(axis=axes, keepdims=True)) / sigma
    grad_x = weight[:, None, None] / sigma * grad_output
    return grad_x, (grad_output * standard).sum(axis=axes), grad_output.sum(axis=axes)
