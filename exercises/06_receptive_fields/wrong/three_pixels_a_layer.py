# ---
# misconception: Every layer is thought to show its kernel's width of new pixels.
# loses:
#   test_layers_needed: 2
# says:
#   test_layers_needed: [that overlap]
# ---

# %% solution="layers_needed"
def layers_needed(target, kernel_size=3):
    if kernel_size == 1:
        raise ValueError("never")
    return int(target // kernel_size)
