# ---
# misconception: The products are added up over the places and not averaged.
# loses:
#   test_gram: 2
#   test_style_loss: 2
# says:
#   test_gram: ["sum over the places"]
#   test_style_loss: ["mirrored"]
# ---

# %% solution="gram"
def gram(maps):
    flat = maps.reshape(len(maps), -1)
    return flat @ flat.T


# %% solution="style_loss"
def style_loss(maps, styles):
    parts = []
    for layer, wanted in zip(maps, styles):
        flat = layer.reshape(len(layer), -1)
        parts.append(np.square(flat @ flat.T - wanted).sum() / np.square(wanted).sum())
    return np.mean(parts)
