# ---
# misconception: A layer is thought to have a single bias.
# loses:
#   test_dense_parameters: 2
#   test_conv_parameters: 2
# says:
#   test_dense_parameters: [every unit has one]
#   test_conv_parameters: [each map that goes out]
# ---

# %% solution="dense_parameters"
def dense_parameters(shape, units, bias=True):
    return units * int(np.prod(shape)) + bias


# %% solution="conv_parameters"
def conv_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    K_h, K_w = kernel_size
    return out_channels * (in_channels // groups) * K_h * K_w + bias
