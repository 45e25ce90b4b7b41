# ---
# misconception: The number of places is taken to be the number of steps.
# loses:
#   test_output_size: 2
#   test_correlate2d: 3
# says:
#   test_output_size: [one place too few]
#   test_correlate2d: [one more place]
# ---

# %% solution="output_size"
def output_size(size, kernel_size, stride=1, padding=0):
    room = size + 2 * padding - kernel_size
    if room < 0:
        raise ValueError("the window does not fit")
    return room // stride


# %% solution="correlate2d"
def correlate2d(image, kernel):
    (H, W), (K_h, K_w) = image.shape, kernel.shape
    feature_map = np.zeros((H - K_h, W - K_w))
    for i in range(H - K_h):
        for j in range(W - K_w):
            feature_map[i, j] = (image[i : i + K_h, j : j + K_w].astype(float) * kernel).sum()
    return feature_map
