# ---
# misconception: Only the first coordinate decides who is near.
# loses:
#   test_knn_graph: 3
# says:
#   test_knn_graph: ["all coordinates together"]
# ---

# %% solution="knn_graph"
def knn_graph(points, k):
    squares = (points[:, None, 0] - points[:, 0]) ** 2
    np.fill_diagonal(squares, np.inf)
    chosen = np.zeros(squares.shape, dtype=bool)
    np.put_along_axis(chosen, squares.argsort(axis=1)[:, :k], True, axis=1)
    return chosen | chosen.T
