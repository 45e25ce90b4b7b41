# ---
# misconception: Same length means half of the zeros on each side.
# loses:
#   test_conv1d: 1
# says:
#   test_conv1d: [not half on each side]
# ---

# %% solution="conv1d"
def conv1d(x, weight, dilation=1, causal=False):
    C_out, C_in, K = weight.shape
    past = dilation * (K - 1)
    if causal:
        before = past // 2
        x = np.concatenate([np.zeros((C_in, before)), x, np.zeros((C_in, past - before))], axis=1)
    length = x.shape[1] - past
    return sum(weight[:, :, k] @ x[:, k * dilation : k * dilation + length] for k in range(K))
