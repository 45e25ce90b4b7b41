# ---
# misconception: The function is measured from its first run on.
# loses:
#   test_median_latency: 2
# says:
#   test_median_latency: [runs six times]
# ---

# %% solution="median_latency"
def median_latency(run, clock, warm_up=3, repeats=10):
    times = []
    for _ in range(repeats):
        start = clock()
        run()
        times.append(clock() - start)
    return 1000 * np.median(times)
