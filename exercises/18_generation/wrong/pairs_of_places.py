# ---
# misconception: Places are multiplied with places, not maps with maps.
# loses:
#   test_gram: 2
# says:
#   test_gram: ["not of places"]
# ---

# %% solution="gram"
def gram(maps):
    flat = maps.reshape(len(maps), -1)
    return flat.T @ flat / flat.shape[1]
