# ---
# misconception: Numbers are dropped in use as well.
# loses:
#   test_dropout: 3
# says:
#   test_dropout: [training=False]
# ---

# %% solution="dropout"
def dropout(x, p, seed, training=True):
    mask = (np.random.default_rng(seed).random(x.shape) >= p) / (1 - p)
    return x * mask, mask
