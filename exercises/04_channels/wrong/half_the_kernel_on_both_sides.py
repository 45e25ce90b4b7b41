# ---
# misconception: Half the kernel, rounded down, is added on both sides, whether it is odd or even.
# loses:
#   test_same_padding: 2
# says:
#   test_same_padding: [one value too many]
# ---

# %% solution="same_padding"
def same_padding(kernel_size, dilation=1):
    half = (dilation * (kernel_size - 1) + 1) // 2
    return half, half
