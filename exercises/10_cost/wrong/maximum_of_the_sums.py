# ---
# misconception: The limits of the whole network are compared, not those of each layer.
# loses:
#   test_network_floor: 2
# says:
#   test_network_floor: [maximum belongs to a layer]
# ---

# %% solution="network_floor"
def network_floor(layers, P, B):
    work, transport = np.array(layers).T / [[P], [B]]
    floors = np.maximum(work, transport)
    return 1000 * max(work.sum(), transport.sum()), floors[transport > work].sum() / floors.sum()
