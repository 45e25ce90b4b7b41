# ---
# misconception: Dilation does not change what is seen.
# loses:
#   test_field: 2
# says:
#   test_field: [its own]
# ---

# %% solution="field"
def field(kernel_size, dilations):
    return 1 + (kernel_size - 1) * len(dilations)
