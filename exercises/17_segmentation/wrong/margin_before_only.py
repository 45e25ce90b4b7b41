# ---
# misconception: There is a margin above and on the left, none below and on the right.
# loses:
#   test_tile_predict: 3
# says:
#   test_tile_predict: [first tile is wrong]
# ---

# %% solution="tile_predict"
def tile_predict(network, image, tile, margin):
    H, W = image.shape
    output = np.zeros((H, W))
    for i in range(0, H, tile):
        for j in range(0, W, tile):
            top, left = max(i - margin, 0), max(j - margin, 0)
            part = network(image[top : i + tile + 0, left : j + tile + 0])
            inner = part[i - top : i - top + tile, j - left : j - left + tile]
            output[i : i + tile, j : j + tile] = inner
    return output
