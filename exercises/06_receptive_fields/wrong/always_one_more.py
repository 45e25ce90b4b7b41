# ---
# misconception: One layer is added always, also where the count comes out even.
# loses:
#   test_layers_needed: 2
# says:
#   test_layers_needed: [and then 7]
# ---

# %% solution="layers_needed"
def layers_needed(target, kernel_size=3):
    if target == 1:
        return 0
    if kernel_size == 1:
        raise ValueError("a 1 x 1 kernel never sees more than one pixel")
    return (target - 1) // (kernel_size - 1) + 1
