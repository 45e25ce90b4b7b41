# ---
# misconception: Each recording is brought to mean 0 and deviation 1 by itself.
# loses:
#   test_standardise: 2
# says:
#   test_standardise: [the picture itself]
# ---

# %% solution="standardise"
def standardise(picture, training):
    std = picture.std(axis=1, keepdims=True)
    return (picture - picture.mean(axis=1, keepdims=True)) / np.where(std > 0, std, 1)
