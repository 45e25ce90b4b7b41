# ---
# misconception: All frames are added up before the kernel is used, as if it were as long as the clip.
# loses:
#   test_conv3d: 3
# says:
#   test_conv3d: [three places]
# ---

# %% solution="conv3d"
def conv3d(x, weight):
    flat, kernel = x.sum(axis=1), weight.sum(axis=2)
    windows = np.lib.stride_tricks.sliding_window_view(flat, kernel.shape[2:], axis=(1, 2))
    return np.einsum("chwmn,ocmn->ohw", windows, kernel)[:, None]
