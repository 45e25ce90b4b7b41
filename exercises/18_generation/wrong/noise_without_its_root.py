# ---
# misconception: The noise is multiplied by its share of the variance, without the root.
# loses:
#   test_q_sample: 3
# says:
#   test_q_sample: ["under a root"]
# ---

# %% solution="q_sample"
def q_sample(x, step, noise, beta):
    left = np.cumprod(1 - beta)[step]
    left = left[:, None, None, None]
    return np.sqrt(left) * x + (1 - left) * noise
