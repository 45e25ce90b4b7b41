# ---
# misconception: A map shows which way the score goes.
# loses:
#   test_saliency: 2
# says:
#   test_saliency: [no signs]
# ---

# %% solution="saliency"
def saliency(gradient, x):
    return gradient(x).max(axis=0)
