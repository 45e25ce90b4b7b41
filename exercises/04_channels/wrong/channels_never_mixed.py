# ---
# misconception: The depthwise part is taken for the whole.
# loses:
#   test_depthwise_separable: 3
# says:
#   test_depthwise_separable: [as many maps as rows]
# ---

# %% solution="depthwise_separable"
def depthwise_separable(x, depthwise, pointwise):
    views = np.lib.stride_tricks.sliding_window_view(x, depthwise.shape[1:], axis=(2, 3))
    return np.einsum("nchwmq,cmq->nchw", views, depthwise)
