# ---
# misconception: Pixels are counted in the place of values, and the channels left out.
# loses:
#   test_dense_parameters: 2
#   test_three_designs: 3
#   test_conv_parameters: 2
#   test_dense_equivalent: 2
# says:
#   test_dense_parameters: [every channel counted]
#   test_three_designs: [of all channels]
#   test_conv_parameters: [one channel deep]
#   test_dense_equivalent: [how many pairs]
# ---

# %% solution="dense_parameters"
def dense_parameters(shape, units, bias=True):
    return units * (int(np.prod(shape[-2:])) + bias)


# %% solution="conv_parameters"
def conv_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    K_h, K_w = kernel_size
    return out_channels * (K_h * K_w + bias)


# %% solution="three_designs"
def three_designs(shape, maps, kernel_size):
    C, H, W = shape
    places = (H - kernel_size + 1) * (W - kernel_size + 1)
    window = kernel_size**2
    return H * W * maps * places, window * maps * places, window * maps


# %% solution="dense_equivalent"
def dense_equivalent(layers):
    return sum((H * W) ** 2 for _, _, H, W in layers)
