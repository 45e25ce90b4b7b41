# ---
# misconception: The margin is accepted and never used.
# loses:
#   test_tile_predict: 3
# says:
#   test_tile_predict: [see the margin]
# ---

# %% solution="tile_predict"
def tile_predict(network, image, tile, margin):
    H, W = image.shape
    output = np.zeros((H, W))
    for i in range(0, H, tile):
        for j in range(0, W, tile):
            top, left = i, j
            part = network(image[top : i + tile + 0, left : j + tile + 0])
            inner = part[i - top : i - top + tile, j - left : j - left + tile]
            output[i : i + tile, j : j + tile] = inner
    return output
