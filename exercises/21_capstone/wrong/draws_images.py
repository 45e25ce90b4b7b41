# ---
# misconception: Images are drawn one by one, whatever group they belong to.
# loses:
#   test_split: 4
# says:
#   test_split: [siblings]
# ---

# %% solution="split"
def split(groups, share, seed):
    held = np.zeros(len(groups), dtype=bool)
    order = np.random.default_rng(seed).permutation(len(groups))
    held[order[: int(np.ceil(share * len(groups)))]] = True
    return held
