# ---
# misconception: The padding is counted once in the size.
# loses:
#   test_output_size: 2
#   test_multiply_adds: 2
#   test_activation_table: 3
# says:
#   test_output_size: [at both ends]
#   test_multiply_adds: [224 x 224 values]
#   test_activation_table: [equation (1)]
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    room = size + padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError("does not fit")
    return room // stride + 1


# %% solution="multiply_adds"
def multiply_adds(in_channels, out_channels, kernel_size, H, W, stride=1, padding=0, groups=1):
    H_out, W_out = ((side + padding - kernel_size) // stride + 1 for side in (H, W))
    return out_channels * H_out * W_out * kernel_size**2 * in_channels // groups


# %% solution="activation_table"
def activation_table(shape, layers):
    rows = []
    for layer in layers:
        values = int(np.prod(shape))
        parameters = 0
        if layer[0] == "dense":
            shape = (layer[1],)
            parameters = (values + 1) * layer[1]
        elif layer[0] == "pool":
            _, k, s = layer
            shape = (shape[0], (shape[1] - k) // s + 1, (shape[2] - k) // s + 1)
        else:
            _, out, k, s, p = layer
            parameters = (shape[0] * k * k + 1) * out
            shape = (out, (shape[1] + p - k) // s + 1, (shape[2] + p - k) // s + 1)
        rows.append((shape, int(np.prod(shape)), parameters))
    return rows
