# ---
# misconception: The gradient is that of the empty image.
# loses:
#   test_saliency: 2
# says:
#   test_saliency: [at the image that was given]
# ---

# %% solution="saliency"
def saliency(gradient, x):
    return np.abs(gradient(np.zeros_like(x))).max(axis=0)
