# ---
# misconception: 1 for any checkerboard, 0 for none.
# loses:
#   test_checkerboard_index: 2
# says:
#   test_checkerboard_index: [difference]
# ---

# %% solution="checkerboard_index"
def checkerboard_index(kernel_size, stride):
    return float(kernel_size % stride != 0)
