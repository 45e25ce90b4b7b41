# ---
# misconception: Multiply-adds are counted at every pixel of the input.
# loses:
#   test_multiply_adds: 2
# says:
#   test_multiply_adds: [not those that go in]
# ---

# %% solution="multiply_adds"
def multiply_adds(in_channels, out_channels, kernel_size, H, W, stride=1, padding=0, groups=1):
    return out_channels * H * W * kernel_size**2 * in_channels // groups
