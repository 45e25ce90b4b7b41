# ---
# misconception: The last step back adds noise as well, as the share before it is read from the end of the list.
# loses:
#   test_ddpm_step: 4
# says:
#   test_ddpm_step: ["adds no noise"]
# ---

# %% solution="ddpm_step"
def ddpm_step(x, step, noise, fresh, beta):
    left = np.cumprod(1 - beta)
    before = left[step - 1]
    mean = (x - beta[step] / np.sqrt(1 - left[step]) * noise) / np.sqrt(1 - beta[step])
    return mean + np.sqrt((1 - before) / (1 - left[step]) * beta[step]) * fresh
