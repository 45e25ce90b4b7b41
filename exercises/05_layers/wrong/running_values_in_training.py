# ---
# misconception: The running averages are used in training, too, once they have been brought up to date.
# loses:
#   test_batch_norm: 1
# says:
#   test_batch_norm: [mean 0 and variance 1]
# ---

# %% solution="batch_norm"
def batch_norm(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    if training:
        n = x.size / x.shape[1]
        running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=(0, 2, 3))
        running_var = (1 - momentum) * running_var + momentum * x.var(axis=(0, 2, 3)) * n / (n - 1)
    y = (x - running_mean[:, None, None]) / np.sqrt(running_var + eps)[:, None, None]
    return weight[:, None, None] * y + bias[:, None, None], running_mean, running_var
