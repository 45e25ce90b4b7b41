# ---
# misconception: An incomplete last step of the stride is taken all the same.
# loses:
#   test_output_size: 2
#   test_multiply_adds: 2
# says:
#   test_output_size: [round down]
#   test_multiply_adds: [112 x 112 places]
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError("does not fit")
    return -(-room // stride) + 1


# %% solution="multiply_adds"
def multiply_adds(in_channels, out_channels, kernel_size, H, W, stride=1, padding=0, groups=1):
    H_out, W_out = (-(-(side + 2 * padding - kernel_size) // stride) + 1 for side in (H, W))
    return out_channels * H_out * W_out * kernel_size**2 * in_channels // groups
