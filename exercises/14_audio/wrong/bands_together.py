# ---
# misconception: One mean and one deviation serve for all bands.
# loses:
#   test_standardise: 2
# says:
#   test_standardise: [numbers of its own]
# ---

# %% solution="standardise"
def standardise(picture, training):
    frames = np.hstack(training)
    return (picture - frames.mean()) / frames.std()
