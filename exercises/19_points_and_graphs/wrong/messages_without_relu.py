# ---
# misconception: The ReLU is missing.
# loses:
#   test_gcn_layer: 2
# says:
#   test_gcn_layer: ["the ReLU gives 0"]
# ---

# %% solution="gcn_layer"
def gcn_layer(x, matrix, weight):
    return matrix @ x @ weight
