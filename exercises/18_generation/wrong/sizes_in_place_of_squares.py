# ---
# misconception: Differences are added up by their sizes, not their squares.
# loses:
#   test_style_loss: 2
# says:
#   test_style_loss: ["squared, 9"]
# ---

# %% solution="style_loss"
def style_loss(maps, styles):
    parts, units = [], []
    for layer, wanted in zip(maps, styles):
        flat = layer.reshape(len(layer), -1)
        found = flat @ flat.T / flat.shape[1]
        parts.append(abs(found - wanted).sum() / abs(wanted).sum())
    return np.mean(parts)
