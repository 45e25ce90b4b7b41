# ---
# misconception: Images and kernels are taken to be square.
# loses:
#   test_correlate2d: 3
# says:
#   test_correlate2d: [5 rows and on 6 columns]
# ---

# %% solution="correlate2d"
def correlate2d(image, kernel):
    size, kernel_size = len(image), len(kernel)
    places = size - kernel_size + 1
    feature_map = np.zeros((places, places))
    for i in range(places):
        for j in range(places):
            window = image[i : i + kernel_size, j : j + kernel_size].astype(float)
            feature_map[i, j] = (window * kernel).sum()
    return feature_map
