# ---
# misconception: The shares of the variance multiply image and noise, without their roots.
# loses:
#   test_q_sample: 3
# says:
#   test_q_sample: ["Is the root taken"]
# ---

# %% solution="q_sample"
def q_sample(x, step, noise, beta):
    left = np.cumprod(1 - beta)[step]
    left = left[:, None, None, None]
    return left * x + (1 - left) * noise
