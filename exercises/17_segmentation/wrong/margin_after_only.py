# ---
# misconception: There is a margin below and on the right, none above and on the left.
# loses:
#   test_tile_predict: 3
# says:
#   test_tile_predict: [all four]
# ---

# %% solution="tile_predict"
def tile_predict(network, image, tile, margin):
    H, W = image.shape
    output = np.zeros((H, W))
    for i in range(0, H, tile):
        for j in range(0, W, tile):
            top, left = i, j
            part = network(image[top : i + tile + margin, left : j + tile + margin])
            inner = part[i - top : i - top + tile, j - left : j - left + tile]
            output[i : i + tile, j : j + tile] = inner
    return output
