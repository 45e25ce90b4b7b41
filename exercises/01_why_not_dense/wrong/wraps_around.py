# ---
# misconception: What leaves on one side comes in on the other.
# loses:
#   test_shift_images: 3
# says:
#   test_shift_images: [comes in again on the left]
# ---

# %% solution="shift_images"
def shift_images(images, dy, dx, fill=0.0):
    return np.roll(images, (dy, dx), axis=(1, 2))
