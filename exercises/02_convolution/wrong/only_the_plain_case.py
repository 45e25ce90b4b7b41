# ---
# misconception: Whatever the arguments say, there is one channel, no stride and no padding.
# loses:
#   test_one_map: 4
# says:
#   test_one_map: [channels, stride, padding, all at once]
# ---

# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    return correlate2d(x[0], weight[0])
