# ---
# misconception: All runs are timed together and divided by their number.
# loses:
#   test_median_latency: 2
# says:
#   test_median_latency: [That is the mean]
# ---

# %% solution="median_latency"
def median_latency(run, clock, warm_up=3, repeats=10):
    for _ in range(warm_up):
        run()
    start = clock()
    for _ in range(repeats):
        run()
    return 1000 * (clock() - start) / repeats
