# ---
# misconception: The channels are averaged, not added up.
# loses:
#   test_conv1d: 3
# says:
#   test_conv1d: [nor the mean of them]
# ---

# %% solution="conv1d"
def conv1d(x, weight, dilation=1, causal=False):
    C_out, C_in, K = weight.shape
    past = dilation * (K - 1)
    if causal:
        x = np.concatenate([np.zeros((C_in, past)), x], axis=1)
    length = x.shape[1] - past
    y = sum(weight[:, :, k] @ x[:, k * dilation : k * dilation + length] for k in range(K))
    return y / C_in
