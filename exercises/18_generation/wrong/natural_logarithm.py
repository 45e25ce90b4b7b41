# ---
# misconception: Decibels are taken from the natural logarithm.
# loses:
#   test_psnr: 2
# says:
#   test_psnr: ["base 10"]
# ---

# %% solution="psnr"
def psnr(image, reference, data_range=1.0):
    error = np.mean((np.asarray(image, float) - reference) ** 2)
    return 10 * np.log(data_range**2 / error) if error > 0 else float("inf")
