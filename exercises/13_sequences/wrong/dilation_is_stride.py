# ---
# misconception: Dilation moves the window on by more than a sample.
# loses:
#   test_conv1d: 1
# says:
#   test_conv1d: [dilation is no stride]
# ---

# %% solution="conv1d"
def conv1d(x, weight, dilation=1, causal=False):
    C_out, C_in, K = weight.shape
    if causal:
        x = np.concatenate([np.zeros((C_in, dilation * (K - 1))), x], axis=1)
        length = x.shape[1] - dilation * (K - 1)
        return sum(
            weight[:, :, k] @ x[:, k * dilation : k * dilation + length] for k in range(K)
        )
    length = x.shape[1] - K + 1
    full = sum(weight[:, :, k] @ x[:, k : k + length] for k in range(K))
    return full[:, ::dilation]
