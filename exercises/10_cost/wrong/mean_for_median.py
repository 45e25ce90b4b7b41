# ---
# misconception: The mean is taken, which a single slow run moves.
# loses:
#   test_median_latency: 2
# says:
#   test_median_latency: [That is the mean]
# ---

# %% solution="median_latency"
def median_latency(run, clock, warm_up=3, repeats=10):
    for _ in range(warm_up):
        run()
    times = []
    for _ in range(repeats):
        start = clock()
        run()
        times.append(clock() - start)
    return 1000 * np.mean(times)
