# ---
# misconception: The shuffle goes on from image to image instead of beginning anew.
# loses:
#   test_shuffle_pixels: 2
#   test_unshuffle_pixels: 2
# says:
#   test_shuffle_pixels: [shuffled like the first]
#   test_unshuffle_pixels: [in order like the first]
# ---

# %% solution="shuffle_pixels"
def shuffle_pixels(images, order):
    rows, current = [], order
    for image in images:
        rows.append(image.ravel()[current].reshape(image.shape))
        current = current[order]
    return np.stack(rows)


# %% solution="unshuffle_pixels"
def unshuffle_pixels(images, order):
    rows, back = [], np.argsort(order)
    for image in images:
        rows.append(image.ravel()[back].reshape(image.shape))
        back = back[np.argsort(order)]
    return np.stack(rows)
