# ---
# misconception: The share that waits for the processor is given.
# loses:
#   test_network_floor: 2
# says:
#   test_network_floor: [2 are spent]
# ---

# %% solution="network_floor"
def network_floor(layers, P, B):
    work, transport = np.array(layers).T / [[P], [B]]
    floors = np.maximum(work, transport)
    return 1000 * floors.sum(), floors[transport < work].sum() / floors.sum()
