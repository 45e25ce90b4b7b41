# ---
# misconception: The transpose of the matrix is used.
# loses:
#   test_gcn_layer: 2
# says:
#   test_gcn_layer: ["not its transpose"]
# ---

# %% solution="gcn_layer"
def gcn_layer(x, matrix, weight):
    return np.maximum(matrix.T @ x @ weight, 0)
