# ---
# misconception: A stride means every second place.
# loses:
#   test_one_map: 2
# says:
#   test_one_map: [stride, all at once]
# ---

# %% solution="one_map"
def one_map(x, weight, stride=1, padding=0):
    padded = [pad2d(channel, padding) for channel in x]
    full = sum(correlate2d(a, b) for a, b in zip(padded, weight))
    return full[::2, ::2] if stride > 1 else full
