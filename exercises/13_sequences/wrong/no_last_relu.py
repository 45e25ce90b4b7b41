# ---
# misconception: The sum is given on as it is.
# loses:
#   test_temporal_block: 3
# says:
#   test_temporal_block: [A last ReLU]
# ---

# %% solution="temporal_block"
def temporal_block(x, weight1, weight2, dilation, project=None):
    def convolve(x, weight, dilation):
        K, L = weight.shape[2], x.shape[1]
        padded = np.concatenate([np.zeros((len(x), dilation * (K - 1))), x], axis=1)
        return sum(weight[:, :, k] @ padded[:, k * dilation : k * dilation + L] for k in range(K))

    z = np.maximum(convolve(x, weight1, dilation), 0)
    z = np.maximum(convolve(z, weight2, dilation), 0)
    return z + (x if project is None else project @ x)
