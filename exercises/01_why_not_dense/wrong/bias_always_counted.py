# ---
# misconception: The switch for the bias is not looked at.
# loses:
#   test_dense_parameters: 2
#   test_conv_parameters: 2
# says:
#   test_dense_parameters: [Without biases]
#   test_conv_parameters: [Without biases]
# ---

# %% solution="dense_parameters"
def dense_parameters(shape, units, bias=True):
    return units * (int(np.prod(shape)) + 1)


# %% solution="conv_parameters"
def conv_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    K_h, K_w = kernel_size
    return out_channels * (in_channels // groups * K_h * K_w + 1)
