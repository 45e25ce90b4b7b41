# ---
# misconception: The first shift is taken to be the horizontal one.
# loses:
#   test_shift_images: 3
# says:
#   test_shift_images: [number of columns]
# ---

# %% solution="shift_images"
def shift_images(images, dy, dx, fill=0.0):
    N, H, W = images.shape
    frame = np.full((N, 3 * H, 3 * W), fill)
    dy, dx = np.clip([dx, dy], [-H, -W], [H, W])
    frame[:, H + dy : 2 * H + dy, W + dx : 2 * W + dx] = images
    return frame[:, H : 2 * H, W : 2 * W]
