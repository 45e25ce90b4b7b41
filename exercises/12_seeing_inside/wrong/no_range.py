# ---
# misconception: Numbers may be anything.
# loses:
#   test_fgsm: 2
# says:
#   test_fgsm: [leaves the range]
# ---

# %% solution="fgsm"
def fgsm(gradient, x, eps):
    return x + eps * np.sign(gradient(x))
