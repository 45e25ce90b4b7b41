# ---
# misconception: Each layer adds a whole kernel, as if windows did not overlap.
# loses:
#   test_field: 2
# says:
#   test_field: [covers]
# ---

# %% solution="field"
def field(kernel_size, dilations):
    return 1 + sum(dilation * kernel_size for dilation in dilations)
