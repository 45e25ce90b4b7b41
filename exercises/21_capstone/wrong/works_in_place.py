# ---
# misconception: The images that were given are overwritten.
# loses:
#   test_standardise: 3
# says:
#   test_standardise: [Make new arrays]
# ---

# %% solution="standardise"
def standardise(train, *others):
    mean = train.mean(axis=(0, 2, 3), keepdims=True)
    deviation = train.std(axis=(0, 2, 3), keepdims=True)
    for values in (train, *others):
        values -= mean
        values /= np.where(deviation > 0, deviation, 1)
    return [train, *others]
