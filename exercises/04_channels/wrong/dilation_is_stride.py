# ---
# misconception: Dilation is taken for larger steps of the window.
# loses:
#   test_conv2d: 2
#   test_output_size: 2
#   test_same_padding: 2
# says:
#   test_conv2d: [stand two pixels apart]
#   test_output_size: [Without dilation]
#   test_same_padding: [as many zeros as one of 5]
# ---

# %% solution="conv2d"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    N, C_in, H, W = x.shape
    C_out, C, K_h, K_w = weight.shape
    tall, wide = K_h, K_w
    padded = np.zeros((N, C_in, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    views = np.lib.stride_tricks.sliding_window_view(padded, (tall, wide), axis=(2, 3))
    views = views[:, :, :: stride * dilation, :: stride * dilation]
    maps = []
    for o in range(C_out):
        first = o // (C_out // groups) * C
        packet = views[:, first : first + C]
        maps.append(np.einsum("nchwmq,cmq->nhw", packet, weight[o]))
    maps = np.stack(maps, axis=1)
    return maps if bias is None else maps + bias[:, None, None]


# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    room = size + 2 * padding - kernel_size
    if room < 0:
        raise ValueError("does not fit")
    return room // stride + 1


# %% solution="same_padding"
def same_padding(kernel_size, dilation=1):
    zeros = kernel_size - 1
    return zeros // 2, zeros - zeros // 2
