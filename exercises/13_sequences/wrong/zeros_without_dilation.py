# ---
# misconception: Causal padding is always one less than the kernel.
# loses:
#   test_conv1d: 1
# says:
#   test_conv1d: [larger ones are not]
# ---

# %% solution="conv1d"
def conv1d(x, weight, dilation=1, causal=False):
    C_out, C_in, K = weight.shape
    if causal:
        x = np.concatenate([np.zeros((C_in, K - 1)), x], axis=1)
    length = x.shape[1] - dilation * (K - 1)
    return sum(weight[:, :, k] @ x[:, k * dilation : k * dilation + length] for k in range(K))
