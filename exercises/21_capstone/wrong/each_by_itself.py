# ---
# misconception: Every set is standardised by its own mean and deviation.
# loses:
#   test_standardise: 3
# says:
#   test_standardise: [knowledge of the test]
# ---

# %% solution="standardise"
def standardise(train, *others):
    def one(values):
        deviation = values.std(axis=(0, 2, 3), keepdims=True)
        centred = values - values.mean(axis=(0, 2, 3), keepdims=True)
        return centred / np.where(deviation > 0, deviation, 1)

    return [one(values) for values in (train, *others)]
