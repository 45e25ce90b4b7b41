# ---
# misconception: Whole numbers from 0 to 255 are multiplied and added as they are.
# loses:
#   test_output_pixel: 2
#   test_correlate2d: 3
# says:
#   test_output_pixel: [uint8, floats]
#   test_correlate2d: [uint8, floats]
# ---

# %% solution="output_pixel"
def output_pixel(image, kernel, row, column):
    K_h, K_w = kernel.shape
    return (image[row : row + K_h, column : column + K_w] * kernel).sum(dtype=image.dtype)


# %% solution="correlate2d"
def correlate2d(image, kernel):
    (H, W), (K_h, K_w) = image.shape, kernel.shape
    feature_map = np.zeros((H - K_h + 1, W - K_w + 1), dtype=image.dtype)
    for m in range(K_h):
        for n in range(K_w):
            feature_map += image[m : m + H - K_h + 1, n : n + W - K_w + 1] * kernel[m, n]
    return feature_map
