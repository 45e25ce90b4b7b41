# ---
# misconception: The kinds are counted down the columns of the kernel.
# loses:
#   test_grid_edges: 3
# says:
#   test_grid_edges: ["row 1, column 0"]
# ---

# %% solution="grid_edges"
def grid_edges(height, width):
    edges = []
    for i, j, m, n in np.ndindex(height, width, 3, 3):
        row, column = i + m - 1, j + n - 1
        if 0 <= row < height and 0 <= column < width:
            edges.append((row * width + column, i * width + j, 3 * n + m))
    return np.array(edges)
