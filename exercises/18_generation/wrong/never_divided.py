# ---
# misconception: The image is not enlarged again by the root of 1 - beta.
# loses:
#   test_ddpm_step: 4
# says:
#   test_ddpm_step: ["everything divided"]
# ---

# %% solution="ddpm_step"
def ddpm_step(x, step, noise, fresh, beta):
    left = np.cumprod(1 - beta)
    before = left[step - 1] if step > 0 else 1.0
    mean = x - beta[step] / np.sqrt(1 - left[step]) * noise
    return mean + np.sqrt((1 - before) / (1 - left[step]) * beta[step]) * fresh
