# ---
# misconception: Channels are added; stride and padding are accepted and never used.
# loses:
#   test_one_map: 3
# says:
#   test_one_map: [stride, padding, all at once]
# ---

# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    return sum(correlate2d(a, b) for a, b in zip(x, weight))
