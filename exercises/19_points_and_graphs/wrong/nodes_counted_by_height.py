# ---
# misconception: A node's number is its row times the height.
# loses:
#   test_grid_edges: 3
# says:
#   test_grid_edges: ["source 0, target 1"]
# ---

# %% solution="grid_edges"
def grid_edges(height, width):
    edges = []
    for i, j, m, n in np.ndindex(height, width, 3, 3):
        row, column = i + m - 1, j + n - 1
        if 0 <= row < height and 0 <= column < width:
            edges.append((row * height + column, i * height + j, 3 * m + n))
    return np.array(edges)
