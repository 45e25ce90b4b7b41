# ---
# misconception: Eps is added to the standard deviation, not to the variance.
# loses:
#   test_fuse_batch_norm: 3
# says:
#   test_fuse_batch_norm: [eps under the root]
# ---

# %% solution="fuse_batch_norm"
def fuse_batch_norm(weight, bias, mean, variance, gamma, beta, eps):
    factor = gamma / (np.sqrt(variance) + eps)
    return weight * factor[:, None, None, None], (bias - mean) * factor + beta
