# ---
# misconception: The order comes from NumPy's global generator, not from the seed.
# loses:
#   test_split: 4
# says:
#   test_split: [nobody can]
# ---

# %% solution="split"
def split(groups, share, seed):
    held = np.zeros(len(groups), dtype=bool)
    for group in np.random.permutation(np.unique(groups)):
        if held.sum() >= share * len(groups):
            break
        held |= groups == group
    return held
