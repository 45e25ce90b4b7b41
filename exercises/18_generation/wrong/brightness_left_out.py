# ---
# misconception: Only structure is compared; the factor with the means is missing.
# loses:
#   test_ssim_window: 3
# says:
#   test_ssim_window: ["only the means decide"]
# ---

# %% solution="ssim_window"
def ssim_window(x, y, data_range=1.0):
    c2 = (0.03 * data_range) ** 2
    together = ((x - x.mean()) * (y - y.mean())).mean()
    return (2 * together + c2) / (x.var() + y.var() + c2)
