# ---
# misconception: Groups are thought to divide the kernels as well as the channels.
# loses:
#   test_conv_parameters: 2
# says:
#   test_conv_parameters: [There are four kernels all the same]
# ---

# %% solution="conv_parameters"
def conv_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    K_h, K_w = kernel_size
    return out_channels // groups * (in_channels // groups) * K_h * K_w + bias * out_channels
