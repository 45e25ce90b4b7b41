# ---
# misconception: The variance brings values to the same size.
# loses:
#   test_standardise: 2
# says:
#   test_standardise: [divide by the variance]
# ---

# %% solution="standardise"
def standardise(picture, training):
    frames = np.hstack(training)
    mean, var = frames.mean(axis=1, keepdims=True), frames.var(axis=1, keepdims=True)
    return (picture - mean) / np.where(var > 0, var, 1)
