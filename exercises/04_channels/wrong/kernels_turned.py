# ---
# misconception: Kernels are turned by 180 degrees before they are laid on the image.
# loses:
#   test_conv2d: 6
#   test_depthwise_separable: 3
# says:
#   test_conv2d: [turned by 180]
#   test_depthwise_separable: [turned by 180]
# ---

# %% solution="conv2d"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    N, C_in, H, W = x.shape
    C_out, C, K_h, K_w = weight.shape
    tall, wide = dilation * (K_h - 1) + 1, dilation * (K_w - 1) + 1
    padded = np.zeros((N, C_in, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    views = np.lib.stride_tricks.sliding_window_view(padded, (tall, wide), axis=(2, 3))
    views = views[:, :, ::stride, ::stride, ::dilation, ::dilation]
    maps = []
    for o in range(C_out):
        first = o // (C_out // groups) * C
        packet = views[:, first : first + C]
        maps.append(np.einsum("nchwmq,cmq->nhw", packet, weight[o, :, ::-1, ::-1]))
    maps = np.stack(maps, axis=1)
    return maps if bias is None else maps + bias[:, None, None]


# %% solution="depthwise_separable"
def depthwise_separable(x, depthwise, pointwise):
    views = np.lib.stride_tricks.sliding_window_view(x, depthwise.shape[1:], axis=(2, 3))
    between = np.einsum("nchwmq,cmq->nchw", views, depthwise[:, ::-1, ::-1])
    return np.einsum("oc,nchw->nohw", pointwise, between)
