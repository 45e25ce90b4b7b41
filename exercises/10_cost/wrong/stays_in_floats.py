# ---
# misconception: The numbers are rounded but still stored as floats.
# loses:
#   test_quantize: 3
# says:
#   test_quantize: [of type int8]
# ---

# %% solution="quantize"
def quantize(weight):
    largest = np.abs(weight).max(axis=(1, 2, 3))
    scale = np.where(largest > 0, largest / 127, 1.0)
    return np.rint(weight / scale[:, None, None, None]), scale
