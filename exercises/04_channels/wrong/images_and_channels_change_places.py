# ---
# misconception: The result comes with its axes in another order.
# loses:
#   test_conv1x1: 2
#   test_depthwise_separable: 3
# says:
#   test_conv1x1: [in this order]
#   test_depthwise_separable: [as many maps]
# ---

# %% solution="conv1x1"
def conv1x1(x, weight, bias):
    return np.tensordot(weight, x, (1, 1)) + bias[:, None, None, None]


# %% solution="depthwise_separable"
def depthwise_separable(x, depthwise, pointwise):
    views = np.lib.stride_tricks.sliding_window_view(x, depthwise.shape[1:], axis=(2, 3))
    between = np.einsum("nchwmq,cmq->nchw", views, depthwise)
    return np.tensordot(pointwise, between, (1, 1))
