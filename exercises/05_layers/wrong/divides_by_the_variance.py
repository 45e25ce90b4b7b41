# ---
# misconception: The root is forgotten, and what is centred is divided by the variance.
# loses:
#   test_batch_norm: 2
#   test_batch_norm_backward: 3
# says:
#   test_batch_norm: [square root of the variance, In use]
#   test_batch_norm_backward: [gradient for x, gradient for weight]
# ---

# %% solution="batch_norm"
def batch_norm(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        n = x.size / x.shape[1]
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * n / (n - 1)
    y = (x - mean[:, None, None]) / (var + eps)[:, None, None]
    return weight[:, None, None] * y + bias[:, None, None], running_mean, running_var


# %% solution="batch_norm_backward"
def batch_norm_backward(grad_output, x, weight, eps=1e-5):
    axes = (0, 2, 3)
    variance = x.var(axis=axes, keepdims=True) + eps
    standard = (x - x.mean(axis=axes, keepdims=True)) / variance
    by_mean = grad_output.mean(axis=axes, keepdims=True)
    by_variance = standard * (grad_output * standard).mean(axis=axes, keepdims=True)
    grad_x = weight[:, None, None] / variance * (grad_output - by_mean - by_variance)
    return grad_x, (grad_output * standard).sum(axis=axes), grad_output.sum(axis=axes)
