# ---
# misconception: The rows of the weights are shuffled, which belong to the units.
# loses:
#   test_twin_weights: 2
# says:
#   test_twin_weights: [rows stay in their order]
# ---

# %% solution="twin_weights"
def twin_weights(weight, order):
    return weight[np.argsort(order[: len(weight)])]
