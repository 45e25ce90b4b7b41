# ---
# misconception: The identity is not added.
# loses:
#   test_propagation: 3
# says:
#   test_propagation: ["its own neighbour"]
# ---

# %% solution="propagation"
def propagation(adjacency):
    joined = adjacency * 1.0
    scale = np.maximum(joined.sum(axis=1), 1) ** -0.5
    return scale[:, None] * joined * scale
