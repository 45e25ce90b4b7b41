# ---
# misconception: The largest channel is looked for, then its size is taken.
# loses:
#   test_saliency: 2
# says:
#   test_saliency: [taken before the size]
# ---

# %% solution="saliency"
def saliency(gradient, x):
    return np.abs(gradient(x).max(axis=0))
