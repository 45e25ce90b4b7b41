# ---
# misconception: Only the noise of this step is added, not that of the steps before.
# loses:
#   test_q_sample: 3
# says:
#   test_q_sample: ["are multiplied"]
# ---

# %% solution="q_sample"
def q_sample(x, step, noise, beta):
    left = (1 - beta)[step]
    left = left[:, None, None, None]
    return np.sqrt(left) * x + np.sqrt(1 - left) * noise
