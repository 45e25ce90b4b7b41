# ---
# misconception: The scale is always 2.
# loses:
#   test_pixel_shuffle: 3
# says:
#   test_pixel_shuffle: ["another scale"]
# ---

# %% solution="pixel_shuffle"
def pixel_shuffle(x, scale):
    channels, height, width = x.shape
    y = np.zeros((channels // 4, 2 * height, 2 * width))
    for c in range(channels // 4):
        for a in range(2):
            for b in range(2):
                y[c, a::2, b::2] = x[4 * c + 2 * a + b]
    return y
