# ---
# misconception: The means of the recordings are averaged, however long these are.
# loses:
#   test_standardise: 2
# says:
#   test_standardise: [counts once]
# ---

# %% solution="standardise"
def standardise(picture, training):
    mean = np.mean([recording.mean(axis=1) for recording in training], axis=0)[:, None]
    std = np.mean([recording.std(axis=1) for recording in training], axis=0)[:, None]
    return (picture - mean) / np.where(std > 0, std, 1)
