# ---
# misconception: The order is taken to say where a pixel goes, not where it comes from.
# loses:
#   test_shuffle_pixels: 2
#   test_twin_weights: 2
#   test_unshuffle_pixels: 2
# says:
#   test_shuffle_pixels: [the other way round]
#   test_twin_weights: [the other way round]
#   test_unshuffle_pixels: [once more in the same way]
# ---

# %% solution="shuffle_pixels"
def shuffle_pixels(images, order):
    flat = images.reshape(len(images), -1)
    return flat[:, np.argsort(order)].reshape(images.shape)


# %% solution="unshuffle_pixels"
def unshuffle_pixels(images, order):
    flat = images.reshape(len(images), -1)
    return flat[:, order].reshape(images.shape)


# %% solution="twin_weights"
def twin_weights(weight, order):
    return weight[:, np.argsort(order)]
