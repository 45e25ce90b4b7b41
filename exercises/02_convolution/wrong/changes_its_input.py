# ---
# misconception: A slice is taken for a copy, and the image is overwritten.
# loses:
#   test_correlate2d: 3
# says:
#   test_correlate2d: [changed the image]
# ---

# %% solution="correlate2d"
def correlate2d(image, kernel):
    (H, W), (K_h, K_w) = image.shape, kernel.shape
    feature_map = np.zeros((H - K_h + 1, W - K_w + 1))
    for i in range(H - K_h + 1):
        for j in range(W - K_w + 1):
            feature_map[i, j] = (image[i : i + K_h, j : j + K_w].astype(float) * kernel).sum()
    image -= image.min()
    image *= 255
    return feature_map
