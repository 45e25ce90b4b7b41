# ---
# misconception: Biases are counted where weights are asked for.
# loses:
#   test_dense_equivalent: 2
# says:
#   test_dense_equivalent: [weights only]
# ---

# %% solution="dense_equivalent"
def dense_equivalent(layers):
    return sum((a * H * W + 1) * b * H * W for a, b, H, W in layers)
