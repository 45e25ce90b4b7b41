# ---
# misconception: What matters is gradient times brightness.
# loses:
#   test_saliency: 2
# says:
#   test_saliency: [neither their sum]
# ---

# %% solution="saliency"
def saliency(gradient, x):
    return np.abs(gradient(x) * x).max(axis=0)
