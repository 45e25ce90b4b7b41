# ---
# misconception: The bias is counted as one more multiply-add.
# loses:
#   test_multiply_adds: 2
# says:
#   test_multiply_adds: [for each of these values]
# ---

# %% solution="multiply_adds"
def multiply_adds(in_channels, out_channels, kernel_size, H, W, stride=1, padding=0, groups=1):
    H_out, W_out = ((side + 2 * padding - kernel_size) // stride + 1 for side in (H, W))
    return out_channels * H_out * W_out * (kernel_size**2 * in_channels // groups + 1)
