# ---
# misconception: The remainder of the kernel's size, as a share of the stride.
# loses:
#   test_checkerboard_index: 2
# says:
#   test_checkerboard_index: [fewest are 0]
# ---

# %% solution="checkerboard_index"
def checkerboard_index(kernel_size, stride):
    return 0.5 * (kernel_size % stride > 0)
