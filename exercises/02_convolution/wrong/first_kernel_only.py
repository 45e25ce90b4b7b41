# ---
# misconception: The first kernel of the bank is used for every map.
# loses:
#   test_conv2d: 2
# says:
#   test_conv2d: [each of the kernels]
# ---

# %% solution="conv2d"
def conv2d(x, weight, bias):
    K_h, K_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(x, (K_h, K_w), axis=(1, 2))
    maps = [np.einsum("cmn,chwmn->hw", weight[0], windows) + b for b in bias]
    return np.stack(maps)
