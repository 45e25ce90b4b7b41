# ---
# misconception: Each point counts itself among its nearest.
# loses:
#   test_knn_graph: 3
# says:
#   test_knn_graph: ["joined to itself"]
# ---

# %% solution="knn_graph"
def knn_graph(points, k):
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    k = k + 1
    chosen = np.zeros(squares.shape, dtype=bool)
    np.put_along_axis(chosen, squares.argsort(axis=1)[:, :k], True, axis=1)
    return chosen | chosen.T
