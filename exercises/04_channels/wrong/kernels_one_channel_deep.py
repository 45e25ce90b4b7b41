# ---
# misconception: A kernel is thought to be one channel deep.
# loses:
#   test_multiply_adds: 2
#   test_activation_table: 1
# says:
#   test_multiply_adds: [as deep as its input]
#   test_activation_table: [as deep as what comes]
# ---

# %% solution="multiply_adds"
def multiply_adds(in_channels, out_channels, kernel_size, H, W, stride=1, padding=0, groups=1):
    H_out, W_out = ((side + 2 * padding - kernel_size) // stride + 1 for side in (H, W))
    return out_channels * H_out * W_out * kernel_size**2


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
            parameters = (k * k + 1) * out
            shape = (out, (shape[1] + 2 * p - k) // s + 1, (shape[2] + 2 * p - k) // s + 1)
        rows.append((shape, int(np.prod(shape)), parameters))
    return rows
