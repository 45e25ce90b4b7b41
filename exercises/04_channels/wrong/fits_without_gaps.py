# ---
# misconception: Whether a kernel fits is asked without its gaps.
# loses:
#   test_output_size: 2
# says:
#   test_output_size: [though one without gaps would]
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    if kernel_size > size + 2 * padding:
        raise ValueError("does not fit")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    return max(room // stride + 1, 0)
