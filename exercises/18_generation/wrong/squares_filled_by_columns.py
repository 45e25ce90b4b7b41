# ---
# misconception: The squares are filled column by column.
# loses:
#   test_pixel_shuffle: 3
# says:
#   test_pixel_shuffle: ["column by column"]
# ---

# %% solution="pixel_shuffle"
def pixel_shuffle(x, scale):
    channels, height, width = x.shape
    squares = x.reshape(channels // scale**2, scale, scale, height, width)
    return squares.transpose(0, 3, 2, 4, 1).reshape(-1, scale * height, scale * width)
