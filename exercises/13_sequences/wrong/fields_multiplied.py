# ---
# misconception: Fields of layers multiply.
# loses:
#   test_field: 2
# says:
#   test_field: [not multiplied]
# ---

# %% solution="field"
def field(kernel_size, dilations):
    size = 1
    for dilation in dilations:
        size *= dilation * (kernel_size - 1) + 1
    return size
