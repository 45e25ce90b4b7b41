# ---
# misconception: Every layer is thought to add one pixel.
# loses:
#   test_layers_needed: 2
# says:
#   test_layers_needed: [on *each* side]
# ---

# %% solution="layers_needed"
def layers_needed(target, kernel_size=3):
    return target
