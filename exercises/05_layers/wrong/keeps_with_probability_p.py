# ---
# misconception: p is taken for the probability of being kept.
# loses:
#   test_dropout: 3
# says:
#   test_dropout: [being *dropped*]
# ---

# %% solution="dropout"
def dropout(x, p, seed, training=True):
    mask = np.ones(x.shape)
    if training:
        mask = (np.random.default_rng(seed).random(x.shape) < p) / p
    return x * mask, mask
