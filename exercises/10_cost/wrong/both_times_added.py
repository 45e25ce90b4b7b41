# ---
# misconception: The times of processor and memory are added.
# loses:
#   test_network_floor: 2
# says:
#   test_network_floor: [larger time counts]
# ---

# %% solution="network_floor"
def network_floor(layers, P, B):
    work, transport = np.array(layers).T / [[P], [B]]
    floors = work + transport
    return 1000 * floors.sum(), floors[transport > work].sum() / floors.sum()
