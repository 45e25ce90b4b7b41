# ---
# misconception: Every kernel is normalised, as if all of them were blurs.
# loses:
#   test_correlate2d: 3
# says:
#   test_correlate2d: [nothing is divided]
# ---

# %% solution="correlate2d"
def correlate2d(image, kernel):
    (H, W), (K_h, K_w) = image.shape, kernel.shape
    feature_map = np.zeros((H - K_h + 1, W - K_w + 1))
    for i in range(H - K_h + 1):
        for j in range(W - K_w + 1):
            window = image[i : i + K_h, j : j + K_w].astype(float)
            feature_map[i, j] = (window * kernel).sum() / (kernel.sum() or 1)
    return feature_map
