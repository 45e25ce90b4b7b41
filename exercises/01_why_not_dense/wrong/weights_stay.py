# ---
# misconception: The twin is thought to have the same weights.
# loses:
#   test_twin_weights: 2
# says:
#   test_twin_weights: [meets another pixel]
# ---

# %% solution="twin_weights"
def twin_weights(weight, order):
    return weight.copy()
