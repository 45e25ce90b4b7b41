# ---
# misconception: Numbers are counted in the place of bytes.
# loses:
#   test_arithmetic_intensity: 2
# says:
#   test_arithmetic_intensity: [four bytes]
# ---

# %% solution="arithmetic_intensity"
def arithmetic_intensity(in_channels, out_channels, kernel_size, H, W, batch=1, groups=1):
    weights = kernel_size**2 * (in_channels // groups) * out_channels
    positions = batch * H * W
    numbers = positions * (in_channels + out_channels) + weights
    return 2 * positions * weights / numbers
