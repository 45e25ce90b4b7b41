# ---
# misconception: The kernel is turned round in time.
# loses:
#   test_conv3d: 3
# says:
#   test_conv3d: [turned in time]
# ---

# %% solution="conv3d"
def conv3d(x, weight):
    weight = weight[:, :, ::-1]
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(1, 2, 3))
    return np.einsum("cdhwtmn,octmn->odhw", windows, weight)
