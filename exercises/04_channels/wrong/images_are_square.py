# ---
# misconception: Height and width are taken to be the same.
# loses:
#   test_activation_table: 3
#   test_multiply_adds: 2
# says:
#   test_activation_table: [rows and columns separately]
#   test_multiply_adds: [64 x 10 x 20]
# ---

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
            shape = (shape[0], (shape[1] - k) // s + 1, (shape[1] - k) // s + 1)
        else:
            _, out, k, s, p = layer
            parameters = (shape[0] * k * k + 1) * out
            shape = (out, (shape[1] + 2 * p - k) // s + 1, (shape[1] + 2 * p - k) // s + 1)
        rows.append((shape, int(np.prod(shape)), parameters))
    return rows


# %% solution="multiply_adds"
def multiply_adds(in_channels, out_channels, kernel_size, H, W, stride=1, padding=0, groups=1):
    side = (H + 2 * padding - kernel_size) // stride + 1
    return out_channels * side**2 * kernel_size**2 * in_channels // groups
