# ---
# misconception: The share is taken of the groups, however small they are.
# loses:
#   test_split: 4
# says:
#   test_split: [counts images]
# ---

# %% solution="split"
def split(groups, share, seed):
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    return np.isin(groups, names[: max(1, int(share * len(names)))])
