# ---
# misconception: Tiles that are not whole are left out.
# loses:
#   test_tile_predict: 3
# says:
#   test_tile_predict: [last tiles]
# ---

# %% solution="tile_predict"
def tile_predict(network, image, tile, margin):
    H, W = image.shape
    output = np.zeros((H, W))
    for i in range(0, H - tile + 1, tile):
        for j in range(0, W - tile + 1, tile):
            top, left = max(i - margin, 0), max(j - margin, 0)
            part = network(image[top : i + tile + margin, left : j + tile + margin])
            inner = part[i - top : i - top + tile, j - left : j - left + tile]
            output[i : i + tile, j : j + tile] = inner
    return output
