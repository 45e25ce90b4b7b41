# ---
# misconception: The window over the image is moved, so that the image moves the other way.
# loses:
#   test_shift_images: 3
# says:
#   test_shift_images: [move to the left]
# ---

# %% solution="shift_images"
def shift_images(images, dy, dx, fill=0.0):
    N, H, W = images.shape
    frame = np.full((N, 3 * H, 3 * W), fill)
    dy, dx = np.clip([-dy, -dx], [-H, -W], [H, W])
    frame[:, H + dy : 2 * H + dy, W + dx : 2 * W + dx] = images
    return frame[:, H : 2 * H, W : 2 * W]
