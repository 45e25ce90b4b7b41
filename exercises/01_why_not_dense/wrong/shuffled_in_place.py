# ---
# misconception: The images that were given are overwritten.
# loses:
#   test_shuffle_pixels: 2
#   test_twin_weights: 2
#   test_shift_images: 3
#   test_unshuffle_pixels: 2
# says:
#   test_shuffle_pixels: [changed the images]
#   test_twin_weights: [changed the weights]
#   test_shift_images: [changed the images]
#   test_unshuffle_pixels: [changed the images]
# ---

# %% solution="shuffle_pixels"
def shuffle_pixels(images, order):
    for image in images:
        image[...] = image.ravel()[order].reshape(image.shape)
    return images


# %% solution="unshuffle_pixels"
def unshuffle_pixels(images, order):
    for image in images:
        image[...] = image.ravel()[np.argsort(order)].reshape(image.shape)
    return images


# %% solution="twin_weights"
def twin_weights(weight, order):
    weight[:] = weight[:, order]
    return weight


# %% solution="shift_images"
def shift_images(images, dy, dx, fill=0.0):
    N, H, W = images.shape
    frame = np.full((N, 3 * H, 3 * W), fill)
    dy, dx = np.clip([dy, dx], [-H, -W], [H, W])
    frame[:, H + dy : 2 * H + dy, W + dx : 2 * W + dx] = images
    images[...] = frame[:, H : 2 * H, W : 2 * W]
    return images.copy()
