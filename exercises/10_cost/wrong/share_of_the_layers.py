# ---
# misconception: The share of layers is given, not the share of time.
# loses:
#   test_network_floor: 2
# says:
#   test_network_floor: [which share of the]
# ---

# %% solution="network_floor"
def network_floor(layers, P, B):
    work, transport = np.array(layers).T / [[P], [B]]
    floors = np.maximum(work, transport)
    return 1000 * floors.sum(), np.mean(transport > work)
