# ---
# misconception: The ReLU comes before the sum over the neighbours.
# loses:
#   test_gcn_layer: 2
# says:
#   test_gcn_layer: ["after the sum"]
# ---

# %% solution="gcn_layer"
def gcn_layer(x, matrix, weight):
    return np.maximum(matrix @ np.maximum(x @ weight, 0), 0)
