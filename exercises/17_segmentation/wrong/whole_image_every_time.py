# ---
# misconception: The network is given the whole image for every tile.
# loses:
#   test_tile_predict: 3
# says:
#   test_tile_predict: [see the margin]
# ---

# %% solution="tile_predict"
def tile_predict(network, image, tile, margin):
    return np.array(network(image))
