# ---
# misconception: Biases are given to what comes in.
# loses:
#   test_dense_parameters: 2
#   test_conv_parameters: 2
# says:
#   test_dense_parameters: [every unit has one]
#   test_conv_parameters: [not for each channel that comes in]
# ---

# %% solution="dense_parameters"
def dense_parameters(shape, units, bias=True):
    values = int(np.prod(shape))
    return units * values + bias * values


# %% solution="conv_parameters"
def conv_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    K_h, K_w = kernel_size
    return out_channels * (in_channels // groups) * K_h * K_w + bias * in_channels
