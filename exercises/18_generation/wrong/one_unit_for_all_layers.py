# ---
# misconception: All layers are divided by the sum of squares of all of them together.
# loses:
#   test_style_loss: 2
# says:
#   test_style_loss: ["their mean is 0.5"]
# ---

# %% solution="style_loss"
def style_loss(maps, styles):
    parts, units = [], []
    for layer, wanted in zip(maps, styles):
        flat = layer.reshape(len(layer), -1)
        found = flat @ flat.T / flat.shape[1]
        parts.append(((found - wanted) ** 2).sum())
        units.append((wanted**2).sum())
    return np.sum(parts) / np.sum(units)
