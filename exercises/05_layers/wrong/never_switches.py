# ---
# misconception: The batch's statistics are used in training and in use alike.
# loses:
#   test_batch_norm: 1
# says:
#   test_batch_norm: [In use the running values]
# ---

# %% solution="batch_norm"
def batch_norm(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
    n = x.size / x.shape[1]
    y = (x - mean[:, None, None]) / np.sqrt(var + eps)[:, None, None]
    y = weight[:, None, None] * y + bias[:, None, None]
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * var * n / (n - 1)
    return y, running_mean, running_var
