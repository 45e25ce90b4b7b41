# ---
# misconception: One scale is used for all kernels.
# loses:
#   test_quantize: 3
# says:
#   test_quantize: [Each kernel has its own]
# ---

# %% solution="quantize"
def quantize(weight):
    largest = np.full(len(weight), np.abs(weight).max())
    scale = np.where(largest > 0, largest / 127, 1.0)
    return np.rint(weight / scale[:, None, None, None]).astype(np.int8), scale
