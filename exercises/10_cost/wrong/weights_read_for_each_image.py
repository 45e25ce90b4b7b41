# ---
# misconception: Weights are read again for every image.
# loses:
#   test_arithmetic_intensity: 2
# says:
#   test_arithmetic_intensity: [read again for the second]
# ---

# %% solution="arithmetic_intensity"
def arithmetic_intensity(in_channels, out_channels, kernel_size, H, W, batch=1, groups=1):
    weights = kernel_size**2 * (in_channels // groups) * out_channels
    positions = batch * H * W
    numbers = positions * (in_channels + out_channels) + batch * weights
    return 2 * positions * weights / (4 * numbers)
