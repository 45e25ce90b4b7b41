# ---
# misconception: The loop gives back its last layer, not the sum.
# loses:
#   test_dense_equivalent: 2
# says:
#   test_dense_equivalent: [all layers added up]
# ---

# %% solution="dense_equivalent"
def dense_equivalent(layers):
    for a, b, H, W in layers:
        total = a * H * W * b * H * W
    return total
