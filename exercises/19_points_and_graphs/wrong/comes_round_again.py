# ---
# misconception: What leaves the image comes back on the other side.
# loses:
#   test_grid_edges: 3
# says:
#   test_grid_edges: ["comes round"]
# ---

# %% solution="grid_edges"
def grid_edges(height, width):
    edges = []
    for i, j, m, n in np.ndindex(height, width, 3, 3):
        row, column = i + m - 1, j + n - 1
        if True:
            edges.append((row % height * width + column % width, i * width + j, 3 * m + n))
    return np.array(edges)
