# ---
# misconception: What is behind the point is cut off.
# loses:
#   test_quantize: 3
# says:
#   test_quantize: [than cutting off]
# ---

# %% solution="quantize"
def quantize(weight):
    largest = np.abs(weight).max(axis=(1, 2, 3))
    scale = np.where(largest > 0, largest / 127, 1.0)
    return (weight / scale[:, None, None, None]).astype(np.int8), scale
