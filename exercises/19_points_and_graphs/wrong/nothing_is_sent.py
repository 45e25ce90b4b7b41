# ---
# misconception: The matrix is not used; each node keeps to itself.
# loses:
#   test_gcn_layer: 2
# says:
#   test_gcn_layer: ["Nothing was sent"]
# ---

# %% solution="gcn_layer"
def gcn_layer(x, matrix, weight):
    return np.maximum(x @ weight, 0)
