# ---
# misconception: The squares are compared as they are, so that a layer with large numbers decides.
# loses:
#   test_style_loss: 2
# says:
#   test_style_loss: ["own squares"]
# ---

# %% solution="style_loss"
def style_loss(maps, styles):
    parts, units = [], []
    for layer, wanted in zip(maps, styles):
        flat = layer.reshape(len(layer), -1)
        found = flat @ flat.T / flat.shape[1]
        parts.append(((found - wanted) ** 2).sum())
    return np.mean(parts)
