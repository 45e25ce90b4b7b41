# ---
# misconception: A kernel of zeros is divided by a scale of 0.
# loses:
#   test_quantize: 3
# says:
#   test_quantize: [scale of 0]
# ---

# %% solution="quantize"
def quantize(weight):
    scale = np.abs(weight).max(axis=(1, 2, 3)) / 127
    steps = weight / np.maximum(scale, 1e-30)[:, None, None, None]
    return np.rint(steps).astype(np.int8), scale
