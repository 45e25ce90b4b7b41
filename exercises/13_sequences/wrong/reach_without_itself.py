# ---
# misconception: The sample on which a layer stands is not counted.
# loses:
#   test_field: 2
# says:
#   test_field: [count that one]
# ---

# %% solution="field"
def field(kernel_size, dilations):
    return sum(dilation * (kernel_size - 1) for dilation in dilations)
