# ---
# misconception: Every image gets the class that is most common in training.
# loses:
#   test_recogniser: 10
# says:
#   test_recogniser: [which earns 0]
# ---

# %% solution="recogniser"
def recogniser(images, labels, seed):
    commonest = np.bincount(labels).argmax()
    return lambda new: np.full(len(new), commonest)
