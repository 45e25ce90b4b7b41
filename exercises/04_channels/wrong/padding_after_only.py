# ---
# misconception: Zeros are added below and on the right only.
# loses:
#   test_conv2d: 2
#   test_same_padding: 2
# says:
#   test_conv2d: [all four sides]
#   test_same_padding: [over the two sides]
# ---

# %% solution="conv2d"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    N, C_in, H, W = x.shape
    C_out, C, K_h, K_w = weight.shape
    tall, wide = dilation * (K_h - 1) + 1, dilation * (K_w - 1) + 1
    padded = np.zeros((N, C_in, H + padding, W + padding))
    padded[:, :, :H, :W] = x
    views = np.lib.stride_tricks.sliding_window_view(padded, (tall, wide), axis=(2, 3))
    views = views[:, :, ::stride, ::stride, ::dilation, ::dilation]
    maps = []
    for o in range(C_out):
        first = o // (C_out // groups) * C
        packet = views[:, first : first + C]
        maps.append(np.einsum("nchwmq,cmq->nhw", packet, weight[o]))
    maps = np.stack(maps, axis=1)
    return maps if bias is None else maps + bias[:, None, None]


# %% solution="same_padding"
def same_padding(kernel_size, dilation=1):
    return 0, dilation * (kernel_size - 1)
