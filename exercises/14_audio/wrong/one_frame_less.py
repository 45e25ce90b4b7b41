# ---
# misconception: The deviation divides by one frame less.
# loses:
#   test_standardise: 2
# says:
#   test_standardise: [not n - 1]
# ---

# %% solution="standardise"
def standardise(picture, training):
    frames = np.hstack(training)
    mean, std = frames.mean(axis=1, keepdims=True), frames.std(axis=1, keepdims=True, ddof=1)
    return (picture - mean) / np.where(std > 0, std, 1)
