# ---
# misconception: What is kept is not scaled in training, but everything in use, as in the paper of 2014.
# loses:
#   test_dropout: 3
# says:
#   test_dropout: [Divide by 1 - p]
# ---

# %% solution="dropout"
def dropout(x, p, seed, training=True):
    mask = np.full(x.shape, 1 - p)
    if training:
        mask = (np.random.default_rng(seed).random(x.shape) >= p).astype(float)
    return x * mask, mask
