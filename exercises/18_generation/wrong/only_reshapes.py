# ---
# misconception: The array is reshaped, and no axis is moved.
# loses:
#   test_pixel_shuffle: 3
# says:
#   test_pixel_shuffle: ["Reshaping alone"]
# ---

# %% solution="pixel_shuffle"
def pixel_shuffle(x, scale):
    channels, height, width = x.shape
    return x.reshape(channels // scale**2, scale * height, scale * width)
