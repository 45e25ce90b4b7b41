# ---
# misconception: The size of the kernel is taken to be 3.
# loses:
#   test_layers_needed: 2
# says:
#   test_layers_needed: [adds four pixels]
# ---

# %% solution="layers_needed"
def layers_needed(target, kernel_size=3):
    if target == 1:
        return 0
    if kernel_size == 1:
        raise ValueError("a 1 x 1 kernel never sees more than one pixel")
    return -(-(target - 1) // 2)
