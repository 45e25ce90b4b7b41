# ---
# misconception: A further group is put aside when there are enough.
# loses:
#   test_split: 4
# says:
#   test_split: [more groups]
# ---

# %% solution="split"
def split(groups, share, seed):
    held = np.zeros(len(groups), dtype=bool)
    for group in np.random.default_rng(seed).permutation(np.unique(groups)):
        enough = held.sum() >= share * len(groups)
        held |= groups == group
        if enough:
            break
    return held
