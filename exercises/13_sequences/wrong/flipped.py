# ---
# misconception: Convolution always turns the kernel round.
# loses:
#   test_conv1d: 4
# says:
#   test_conv1d: [turned round]
# ---

# %% solution="conv1d"
def conv1d(x, weight, dilation=1, causal=False):
    weight = weight[:, :, ::-1]
    C_out, C_in, K = weight.shape
    past = dilation * (K - 1)
    if causal:
        x = np.concatenate([np.zeros((C_in, past)), x], axis=1)
    length = x.shape[1] - past
    y = np.zeros((C_out, length))
    for k in range(K):
        y += weight[:, :, k] @ x[:, k * dilation : k * dilation + length]
    return y
