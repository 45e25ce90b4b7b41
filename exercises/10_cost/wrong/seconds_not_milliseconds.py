# ---
# misconception: Times are given in seconds where milliseconds are asked for.
# loses:
#   test_network_floor: 2
#   test_median_latency: 2
# says:
#   test_network_floor: [a thousand milliseconds]
#   test_median_latency: [a thousand milliseconds]
# ---

# %% solution="network_floor"
def network_floor(layers, P, B):
    work, transport = np.array(layers).T / [[P], [B]]
    floors = np.maximum(work, transport)
    return floors.sum(), floors[transport > work].sum() / floors.sum()


# %% solution="median_latency"
def median_latency(run, clock, warm_up=3, repeats=10):
    times = []
    for _ in range(warm_up + repeats):
        start = clock()
        run()
        times.append(clock() - start)
    return np.median(times[warm_up:])
