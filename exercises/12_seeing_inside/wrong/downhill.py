# ---
# misconception: An attack goes against the gradient, as training does.
# loses:
#   test_fgsm: 2
# says:
#   test_fgsm: [against its gradient]
# ---

# %% solution="fgsm"
def fgsm(gradient, x, eps):
    return np.clip(x - eps * np.sign(gradient(x)), 0, 1)
