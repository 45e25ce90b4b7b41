# ---
# misconception: A pixel does not read itself.
# loses:
#   test_grid_edges: 3
# says:
#   test_grid_edges: ["reads itself"]
# ---

# %% solution="grid_edges"
def grid_edges(height, width):
    edges = []
    for i, j, m, n in np.ndindex(height, width, 3, 3):
        row, column = i + m - 1, j + n - 1
        if 0 <= row < height and 0 <= column < width and (m, n) != (1, 1):
            edges.append((row * width + column, i * width + j, 3 * m + n))
    return np.array(edges)
