# ---
# misconception: Every C-th channel is taken for a group, as in libraries that keep channels last.
# loses:
#   test_pixel_shuffle: 3
# says:
#   test_pixel_shuffle: ["second *group*"]
# ---

# %% solution="pixel_shuffle"
def pixel_shuffle(x, scale):
    channels, height, width = x.shape
    squares = x.reshape(scale, scale, channels // scale**2, height, width)
    return squares.transpose(2, 3, 0, 4, 1).reshape(-1, scale * height, scale * width)
