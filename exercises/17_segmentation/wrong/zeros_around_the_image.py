# ---
# misconception: The image is put in a frame of zeros as wide as the margin.
# loses:
#   test_tile_predict: 3
# says:
#   test_tile_predict: [never zeros]
# ---

# %% solution="tile_predict"
def tile_predict(network, image, tile, margin):
    H, W = image.shape
    framed = np.pad(image, margin)
    output = np.zeros((H, W))
    for i in range(0, H, tile):
        for j in range(0, W, tile):
            part = network(framed[i : i + tile + 2 * margin, j : j + tile + 2 * margin])
            inner = part[margin : margin + tile, margin : margin + tile]
            output[i : i + tile, j : j + tile] = inner[: H - i, : W - j]
    return output
