# ---
# misconception: One mean and one deviation are taken over all channels.
# loses:
#   test_standardise: 3
# says:
#   test_standardise: [mean of its own]
# ---

# %% solution="standardise"
def standardise(train, *others):
    mean, deviation = train.mean(), train.std()
    return [(values - mean) / (deviation or 1) for values in (train, *others)]
