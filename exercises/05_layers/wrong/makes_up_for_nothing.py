# ---
# misconception: What is kept is not scaled.
# loses:
#   test_dropout: 3
# says:
#   test_dropout: [Divide by 1 - p]
# ---

# %% solution="dropout"
def dropout(x, p, seed, training=True):
    mask = np.ones(x.shape)
    if training:
        mask = (np.random.default_rng(seed).random(x.shape) >= p).astype(float)
    return x * mask, mask
