# ---
# misconception: Mean and variance are taken over the batch, each pixel by itself.
# loses:
#   test_batch_norm: 1
# says:
#   test_batch_norm: [all images and all pixels]
# ---

# %% solution="batch_norm"
def batch_norm(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    w, b = weight[:, None, None], bias[:, None, None]
    if not training:
        y = w * (x - running_mean[:, None, None]) / np.sqrt(running_var + eps)[:, None, None] + b
        return y, running_mean, running_var
    y = w * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + b
    columns = np.moveaxis(x, 1, 0).reshape(len(weight), -1)
    running_mean = (1 - momentum) * running_mean + momentum * columns.mean(1)
    running_var = (1 - momentum) * running_var + momentum * columns.var(1, ddof=1)
    return y, running_mean, running_var
