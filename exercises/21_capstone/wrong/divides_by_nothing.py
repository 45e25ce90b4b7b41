# ---
# misconception: A channel that never changes is divided by its deviation, 0.
# loses:
#   test_standardise: 3
# says:
#   test_standardise: [not finite]
# ---

# %% solution="standardise"
def standardise(train, *others):
    mean = train.mean(axis=(0, 2, 3), keepdims=True)
    deviation = train.std(axis=(0, 2, 3), keepdims=True)
    with np.errstate(all="ignore"):
        return [(values - mean) / deviation for values in (train, *others)]
