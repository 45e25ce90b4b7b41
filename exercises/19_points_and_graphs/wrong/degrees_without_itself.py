# ---
# misconception: The degrees are those of A, not of A + I.
# loses:
#   test_propagation: 3
# says:
#   test_propagation: ["degrees those of A + I"]
# ---

# %% solution="propagation"
def propagation(adjacency):
    joined = adjacency + np.eye(len(adjacency))
    scale = np.maximum(adjacency.sum(axis=1), 1) ** -0.5
    return scale[:, None] * joined * scale
