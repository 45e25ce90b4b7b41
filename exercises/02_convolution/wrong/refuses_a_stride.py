# ---
# misconception: Another stride than one is refused.
# loses:
#   test_one_map: 2
# says:
#   test_one_map: [stride, stopped with AssertionError]
# ---

# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    assert stride == 1
    padded = [pad2d(channel, padding) for channel in x]
    return sum(correlate2d(a, b) for a, b in zip(padded, weight))
