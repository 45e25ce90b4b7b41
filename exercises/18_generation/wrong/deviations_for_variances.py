# ---
# misconception: Standard deviations stand where variances belong.
# loses:
#   test_ssim_window: 3
# says:
#   test_ssim_window: ["numerator and denominator"]
# ---

# %% solution="ssim_window"
def ssim_window(x, y, data_range=1.0):
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    together = ((x - x.mean()) * (y - y.mean())).mean()
    likeness = (2 * x.mean() * y.mean() + c1) * (2 * together + c2)
    return likeness / ((x.mean() ** 2 + y.mean() ** 2 + c1) * (x.std() + y.std() + c2))
