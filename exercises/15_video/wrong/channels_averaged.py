# ---
# misconception: The mean over channels is taken, not the sum.
# loses:
#   test_conv3d: 3
# says:
#   test_conv3d: [one sum]
# ---

# %% solution="conv3d"
def conv3d(x, weight):
    weight = weight / len(x)
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(1, 2, 3))
    return np.einsum("cdhwtmn,octmn->odhw", windows, weight)
