# ---
# misconception: Only the first image of the batch is looked at.
# loses:
#   test_conv1x1: 2
#   test_depthwise_separable: 3
# says:
#   test_conv1x1: [Try several images]
#   test_depthwise_separable: [Try several images]
# ---

# %% solution="conv1x1"
def conv1x1(x, weight, bias):
    return (np.einsum("oc,chw->ohw", weight, x[0]) + bias[:, None, None])[None]


# %% solution="depthwise_separable"
def depthwise_separable(x, depthwise, pointwise):
    views = np.lib.stride_tricks.sliding_window_view(x[:1], depthwise.shape[1:], axis=(2, 3))
    return np.einsum("nchwmq,cmq,oc->nohw", views, depthwise, pointwise)
