# ---
# misconception: The runs to warm up are measured, too.
# loses:
#   test_median_latency: 2
# says:
#   test_median_latency: [not be counted]
# ---

# %% solution="median_latency"
def median_latency(run, clock, warm_up=3, repeats=10):
    times = []
    for _ in range(warm_up + repeats):
        start = clock()
        run()
        times.append(clock() - start)
    return 1000 * np.median(times)
