# ---
# misconception: The channels of a pixel are added.
# loses:
#   test_saliency: 2
# says:
#   test_saliency: [neither their sum]
# ---

# %% solution="saliency"
def saliency(gradient, x):
    return np.abs(gradient(x)).sum(axis=0)
