# ---
# misconception: The second convolution goes into the sum as it is; the last ReLU does the rest.
# loses:
#   test_temporal_block: 3
# says:
#   test_temporal_block: [reaches the sum]
# ---

# %% solution="temporal_block"
def temporal_block(x, weight1, weight2, dilation, project=None):
    def convolve(x, weight, dilation):
        K, L = weight.shape[2], x.shape[1]
        padded = np.concatenate([np.zeros((len(x), dilation * (K - 1))), x], axis=1)
        return sum(weight[:, :, k] @ padded[:, k * dilation : k * dilation + L] for k in range(K))

    z = convolve(np.maximum(convolve(x, weight1, dilation), 0), weight2, dilation)
    return np.maximum(z + (x if project is None else project @ x), 0)
