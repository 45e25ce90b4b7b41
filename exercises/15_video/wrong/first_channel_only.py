# ---
# misconception: Only the first channel is used.
# loses:
#   test_conv3d: 3
# says:
#   test_conv3d: [weights of its own]
# ---

# %% solution="conv3d"
def conv3d(x, weight):
    x, weight = x[:1], weight[:, :1]
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(1, 2, 3))
    return np.einsum("cdhwtmn,octmn->odhw", windows, weight)
