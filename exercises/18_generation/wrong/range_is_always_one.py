# ---
# misconception: Pixels are thought to go from 0 to 1 whatever the range is.
# loses:
#   test_psnr: 2
#   test_ssim_window: 3
# says:
#   test_psnr: ["range"]
#   test_ssim_window: ["range"]
# ---

# %% solution="psnr"
def psnr(image, reference, data_range=1.0):
    error = np.mean((np.asarray(image, float) - np.asarray(reference, float)) ** 2)
    return -10 * np.log10(error) if error > 0 else float("inf")


# %% solution="ssim_window"
def ssim_window(x, y, data_range=1.0):
    c1, c2 = 0.01**2, 0.03**2
    together = ((x - x.mean()) * (y - y.mean())).mean()
    likeness = (2 * x.mean() * y.mean() + c1) * (2 * together + c2)
    return likeness / ((x.mean() ** 2 + y.mean() ** 2 + c1) * (x.var() + y.var() + c2))
