# ---
# misconception: Groups are accepted and not counted.
# loses:
#   test_conv_parameters: 2
# says:
#   test_conv_parameters: [reads four of the eight]
# ---

# %% solution="conv_parameters"
def conv_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    K_h, K_w = kernel_size
    return out_channels * (in_channels * K_h * K_w + bias)
