# ---
# misconception: To put pixels in order their values are sorted.
# loses:
#   test_unshuffle_pixels: 2
# says:
#   test_unshuffle_pixels: [by their places]
# ---

# %% solution="unshuffle_pixels"
def unshuffle_pixels(images, order):
    flat = images.reshape(len(images), -1)
    return np.sort(flat, axis=1).reshape(images.shape)
