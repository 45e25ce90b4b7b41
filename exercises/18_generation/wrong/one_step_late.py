# ---
# misconception: The first step does nothing, as the product ends before this step.
# loses:
#   test_q_sample: 3
# says:
#   test_q_sample: ["first step the first one"]
# ---

# %% solution="q_sample"
def q_sample(x, step, noise, beta):
    left = np.concatenate(([1.0], np.cumprod(1 - beta)))[step]
    left = left[:, None, None, None]
    return np.sqrt(left) * x + np.sqrt(1 - left) * noise
