# ---
# misconception: The variance that divides by n is put into the running one.
# loses:
#   test_batch_norm: 1
# says:
#   test_batch_norm: [divides by n - 1]
# ---

# %% solution="batch_norm"
def batch_norm(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var
    y = (x - mean[:, None, None]) / np.sqrt(var + eps)[:, None, None]
    return weight[:, None, None] * y + bias[:, None, None], running_mean, running_var
