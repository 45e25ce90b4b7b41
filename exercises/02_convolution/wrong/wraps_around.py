# ---
# misconception: Beyond the border the image goes on at its opposite side.
# loses:
#   test_pad2d: 2
# says:
#   test_pad2d: [opposite side]
# ---

# %% solution="pad2d"
def pad2d(image, padding):
    H, W = image.shape
    tiled = np.tile(image, (2 * padding + 1, 2 * padding + 1))
    top, left = padding * (H - 1), padding * (W - 1)
    return tiled[top : top + H + 2 * padding, left : left + W + 2 * padding]
