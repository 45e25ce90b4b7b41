# ---
# misconception: The mean is taken before the square, so that errors of opposite sign cancel.
# loses:
#   test_psnr: 2
# says:
#   test_psnr: ["cancel"]
# ---

# %% solution="psnr"
def psnr(image, reference, data_range=1.0):
    error = np.mean(np.asarray(image, float) - reference) ** 2
    return 10 * np.log10(data_range**2 / error) if error > 1e-30 else float("inf")
