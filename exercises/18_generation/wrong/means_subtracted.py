# ---
# misconception: The maps' means are subtracted, which gives a covariance.
# loses:
#   test_gram: 2
#   test_style_loss: 2
# says:
#   test_gram: ["covariance"]
#   test_style_loss: ["Gram matrices are compared"]
# ---

# %% solution="gram"
def gram(maps):
    return np.cov(maps.reshape(len(maps), -1), bias=True)


# %% solution="style_loss"
def style_loss(maps, styles):
    parts = []
    for layer, wanted in zip(maps, styles):
        found = np.cov(layer.reshape(len(layer), -1), bias=True)
        parts.append(np.square(found - wanted).sum() / np.square(wanted).sum())
    return np.mean(parts)
