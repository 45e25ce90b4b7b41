# ---
# misconception: What is kept is multiplied by 1 - p instead of divided.
# loses:
#   test_dropout: 3
# says:
#   test_dropout: [neither by 1 / p nor by]
# ---

# %% solution="dropout"
def dropout(x, p, seed, training=True):
    mask = np.ones(x.shape)
    if training:
        mask = (np.random.default_rng(seed).random(x.shape) >= p) * (1 - p)
    return x * mask, mask
