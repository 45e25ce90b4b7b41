# ---
# misconception: A small number beside the deviation is enough for bands that never change.
# loses:
#   test_standardise: 2
# says:
#   test_standardise: [infinite nor huge]
# ---

# %% solution="standardise"
def standardise(picture, training):
    frames = np.hstack(training)
    mean, std = frames.mean(axis=1, keepdims=True), frames.std(axis=1, keepdims=True)
    return (picture - mean) / (std + 1e-8)
