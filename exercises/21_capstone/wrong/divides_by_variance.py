# ---
# misconception: The variance is taken for the standard deviation.
# loses:
#   test_standardise: 3
# says:
#   test_standardise: [not by]
# ---

# %% solution="standardise"
def standardise(train, *others):
    mean = train.mean(axis=(0, 2, 3), keepdims=True)
    variance = train.var(axis=(0, 2, 3), keepdims=True)
    return [(values - mean) / np.where(variance > 0, variance, 1) for values in (train, *others)]
