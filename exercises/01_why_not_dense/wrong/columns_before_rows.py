# ---
# misconception: Pixels are counted column by column.
# loses:
#   test_shuffle_pixels: 2
#   test_unshuffle_pixels: 2
# says:
#   test_shuffle_pixels: [counted row by row]
#   test_unshuffle_pixels: [came from place 2]
# ---

# %% solution="shuffle_pixels"
def shuffle_pixels(images, order):
    N, H, W = images.shape
    flat = images.transpose(0, 2, 1).reshape(N, -1)[:, order]
    return flat.reshape(N, W, H).transpose(0, 2, 1)


# %% solution="unshuffle_pixels"
def unshuffle_pixels(images, order):
    N, H, W = images.shape
    flat = images.transpose(0, 2, 1).reshape(N, -1)[:, np.argsort(order)]
    return flat.reshape(N, W, H).transpose(0, 2, 1)
