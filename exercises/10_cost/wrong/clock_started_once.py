# ---
# misconception: The clock is read once at the start, so that times grow from run to run.
# loses:
#   test_median_latency: 2
# says:
#   test_median_latency: [time that passed before]
# ---

# %% solution="median_latency"
def median_latency(run, clock, warm_up=3, repeats=10):
    for _ in range(warm_up):
        run()
    times, start = [], clock()
    for _ in range(repeats):
        run()
        times.append(clock() - start)
    return 1000 * np.median(times)
