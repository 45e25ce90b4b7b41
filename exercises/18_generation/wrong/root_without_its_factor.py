# ---
# misconception: The root of the mean square goes into the logarithm, with the factor 10.
# loses:
#   test_psnr: 2
# says:
#   test_psnr: ["at half of it"]
# ---

# %% solution="psnr"
def psnr(image, reference, data_range=1.0):
    error = np.sqrt(np.mean((np.asarray(image, float) - reference) ** 2))
    return 10 * np.log10(data_range / error) if error > 0 else float("inf")
