# ---
# misconception: The old bias is carried over as it is.
# loses:
#   test_fuse_batch_norm: 3
# says:
#   test_fuse_batch_norm: [goes through the batch norm as well]
# ---

# %% solution="fuse_batch_norm"
def fuse_batch_norm(weight, bias, mean, variance, gamma, beta, eps):
    factor = gamma / np.sqrt(variance + eps)
    return weight * factor[:, None, None, None], bias - mean * factor + beta
