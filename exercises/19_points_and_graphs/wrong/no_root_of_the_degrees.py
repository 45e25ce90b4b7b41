# ---
# misconception: Both ends are scaled by their degree, not by its root.
# loses:
#   test_propagation: 3
# says:
#   test_propagation: ["own entry is 1/2"]
# ---

# %% solution="propagation"
def propagation(adjacency):
    joined = adjacency + np.eye(len(adjacency))
    scale = 1 / joined.sum(axis=1)
    return scale[:, None] * joined * scale
