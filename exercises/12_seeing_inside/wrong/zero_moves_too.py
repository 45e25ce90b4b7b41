# ---
# misconception: Every value moves, those without a gradient upwards.
# loses:
#   test_fgsm: 2
# says:
#   test_fgsm: [not at all]
# ---

# %% solution="fgsm"
def fgsm(gradient, x, eps):
    return np.clip(x + eps * np.where(gradient(x) >= 0, 1, -1), 0, 1)
