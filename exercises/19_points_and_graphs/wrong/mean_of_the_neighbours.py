# ---
# misconception: Rows are divided by their sums, so that only one end of an edge counts.
# loses:
#   test_propagation: 3
# says:
#   test_propagation: ["not symmetric"]
# ---

# %% solution="propagation"
def propagation(adjacency):
    joined = adjacency + np.eye(len(adjacency))
    scale = 1 / joined.sum(axis=1)
    return scale[:, None] * joined
