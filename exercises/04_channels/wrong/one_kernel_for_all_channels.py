# ---
# misconception: The first kernel is used for every channel.
# loses:
#   test_depthwise_separable: 3
# says:
#   test_depthwise_separable: [Has each channel its own]
# ---

# %% solution="depthwise_separable"
def depthwise_separable(x, depthwise, pointwise):
    views = np.lib.stride_tricks.sliding_window_view(x, depthwise.shape[1:], axis=(2, 3))
    between = np.einsum("nchwmq,mq->nchw", views, depthwise[0])
    return np.einsum("oc,nchw->nohw", pointwise, between)
