# ---
# misconception: The first groups are put aside, whatever the seed.
# loses:
#   test_split: 4
# says:
#   test_split: [Whatever the seed]
# ---

# %% solution="split"
def split(groups, share, seed):
    held = np.zeros(len(groups), dtype=bool)
    for group in np.unique(groups):
        if held.sum() >= share * len(groups):
            break
        held |= groups == group
    return held
