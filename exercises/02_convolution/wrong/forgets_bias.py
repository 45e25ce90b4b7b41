# ---
# misconception: The bias is accepted and never added.
# loses:
#   test_conv2d: 2
# says:
#   test_conv2d: [bias]
# ---

# %% solution="conv2d"
def conv2d(x, weight, bias):
    K_h, K_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(x, (K_h, K_w), axis=(1, 2))
    return np.einsum("ocmn,chwmn->ohw", weight, windows)
