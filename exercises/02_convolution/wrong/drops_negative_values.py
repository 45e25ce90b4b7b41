# ---
# misconception: A feature map is taken for an image, without negative values.
# loses:
#   test_correlate2d: 3
# says:
#   test_correlate2d: [negative values are missing]
# ---

# %% solution="correlate2d"
def correlate2d(image, kernel):
    (H, W), (K_h, K_w) = image.shape, kernel.shape
    feature_map = np.zeros((H - K_h + 1, W - K_w + 1))
    for i in range(H - K_h + 1):
        for j in range(W - K_w + 1):
            window = image[i : i + K_h, j : j + K_w].astype(float)
            feature_map[i, j] = max(0, (window * kernel).sum())
    return feature_map
