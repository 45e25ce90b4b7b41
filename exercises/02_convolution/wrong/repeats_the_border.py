# ---
# misconception: Beyond the border the image goes on with its last pixels.
# loses:
#   test_pad2d: 2
# says:
#   test_pad2d: [neither repeats the border]
# ---

# %% solution="pad2d"
def pad2d(image, padding):
    H, W = image.shape
    rows = np.arange(-padding, H + padding).clip(0, H - 1)
    columns = np.arange(-padding, W + padding).clip(0, W - 1)
    return image[rows][:, columns]
