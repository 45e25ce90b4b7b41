# ---
# misconception: The largest weight is taken with its sign.
# loses:
#   test_quantize: 3
# says:
#   test_quantize: [by its absolute value]
# ---

# %% solution="quantize"
def quantize(weight):
    largest = weight.max(axis=(1, 2, 3))
    scale = np.where(largest > 0, largest / 127, 1.0)
    return np.rint(weight / scale[:, None, None, None]).clip(-127, 127).astype(np.int8), scale
