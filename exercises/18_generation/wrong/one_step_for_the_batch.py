# ---
# misconception: The first image's step is used for the whole batch.
# loses:
#   test_q_sample: 3
# says:
#   test_q_sample: ["each has its own share"]
# ---

# %% solution="q_sample"
def q_sample(x, step, noise, beta):
    left = np.cumprod(1 - beta)[[step[0]] * len(x)]
    left = left[:, None, None, None]
    return np.sqrt(left) * x + np.sqrt(1 - left) * noise
