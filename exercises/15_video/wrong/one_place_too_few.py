# ---
# misconception: The last place along each axis is left out.
# loses:
#   test_conv3d: 3
# says:
#   test_conv3d: [three places]
# ---

# %% solution="conv3d"
def conv3d(x, weight):

    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(1, 2, 3))
    return np.einsum("cdhwtmn,octmn->odhw", windows[:, :-1], weight)
