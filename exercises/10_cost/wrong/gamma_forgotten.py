# ---
# misconception: The learnt scale of the batch norm is left out.
# loses:
#   test_fuse_batch_norm: 3
# says:
#   test_fuse_batch_norm: [multiplied by gamma]
# ---

# %% solution="fuse_batch_norm"
def fuse_batch_norm(weight, bias, mean, variance, gamma, beta, eps):
    factor = 1 / np.sqrt(variance + eps)
    return weight * factor[:, None, None, None], (bias - mean) * factor + beta
