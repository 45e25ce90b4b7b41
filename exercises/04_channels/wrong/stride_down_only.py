# ---
# misconception: The stride moves the window down, never to the right.
# loses:
#   test_conv2d: 2
# says:
#   test_conv2d: [stride, both directions]
# ---

# %% solution="conv2d"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    N, C_in, H, W = x.shape
    C_out, C, K_h, K_w = weight.shape
    tall, wide = dilation * (K_h - 1) + 1, dilation * (K_w - 1) + 1
    padded = np.zeros((N, C_in, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    views = np.lib.stride_tricks.sliding_window_view(padded, (tall, wide), axis=(2, 3))
    views = views[:, :, ::stride, :, ::dilation, ::dilation]
    maps = []
    for o in range(C_out):
        first = o // (C_out // groups) * C
        packet = views[:, first : first + C]
        maps.append(np.einsum("nchwmq,cmq->nhw", packet, weight[o]))
    maps = np.stack(maps, axis=1)
    return maps if bias is None else maps + bias[:, None, None]
