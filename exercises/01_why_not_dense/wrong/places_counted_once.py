# ---
# misconception: The places are counted on one side of the dense layer only.
# loses:
#   test_dense_equivalent: 2
# says:
#   test_dense_equivalent: [counts twice]
# ---

# %% solution="dense_equivalent"
def dense_equivalent(layers):
    return sum(a * b * H * W for a, b, H, W in layers)
