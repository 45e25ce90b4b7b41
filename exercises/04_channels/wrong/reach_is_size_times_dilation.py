# ---
# misconception: A dilated kernel is thought to reach over dilation times its size.
# loses:
#   test_output_size: 2
#   test_same_padding: 2
# says:
#   test_output_size: [only two gaps]
#   test_same_padding: [Another kernel]
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    room = size + 2 * padding - dilation * kernel_size
    if room < 0:
        raise ValueError("does not fit")
    return room // stride + 1


# %% solution="same_padding"
def same_padding(kernel_size, dilation=1):
    zeros = dilation * kernel_size - 1
    return zeros // 2, zeros - zeros // 2
