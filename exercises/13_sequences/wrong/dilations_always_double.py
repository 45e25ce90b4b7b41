# ---
# misconception: Dilations are 1, 2, 4 and so on, whatever is given.
# loses:
#   test_field: 2
# says:
#   test_field: [two plain layers]
# ---

# %% solution="field"
def field(kernel_size, dilations):
    return 1 + (kernel_size - 1) * (2 ** len(dilations) - 1)
