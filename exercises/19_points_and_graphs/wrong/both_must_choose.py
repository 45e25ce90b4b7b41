# ---
# misconception: Points are joined only if each chose the other.
# loses:
#   test_knn_graph: 3
# says:
#   test_knn_graph: ["either side is enough"]
# ---

# %% solution="knn_graph"
def knn_graph(points, k):
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    chosen = np.zeros(squares.shape, dtype=bool)
    np.put_along_axis(chosen, squares.argsort(axis=1)[:, :k], True, axis=1)
    return chosen & chosen.T
