# ---
# misconception: One mask is drawn and used for every example.
# loses:
#   test_dropout: 3
# says:
#   test_dropout: [for each number]
# ---

# %% solution="dropout"
def dropout(x, p, seed, training=True):
    mask = np.ones(x.shape)
    if training:
        row = (np.random.default_rng(seed).random(x.shape[1:]) >= p) / (1 - p)
        mask = mask * row
    return x * mask, mask
