# ---
# misconception: The variance is taken for the standard deviation.
# loses:
#   test_fuse_batch_norm: 3
# says:
#   test_fuse_batch_norm: [root of 3 + 1]
# ---

# %% solution="fuse_batch_norm"
def fuse_batch_norm(weight, bias, mean, variance, gamma, beta, eps):
    factor = gamma / (variance + eps)
    return weight * factor[:, None, None, None], (bias - mean) * factor + beta
