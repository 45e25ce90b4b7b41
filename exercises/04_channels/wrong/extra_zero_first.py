# ---
# misconception: The extra zero of an even kernel is put at the beginning.
# loses:
#   test_same_padding: 2
# says:
#   test_same_padding: [Which side]
# ---

# %% solution="same_padding"
def same_padding(kernel_size, dilation=1):
    zeros = dilation * (kernel_size - 1)
    return zeros - zeros // 2, zeros // 2
