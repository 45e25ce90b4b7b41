# ---
# misconception: Steep places move further.
# loses:
#   test_fgsm: 2
# says:
#   test_fgsm: [only its sign counts]
# ---

# %% solution="fgsm"
def fgsm(gradient, x, eps):
    return np.clip(x + eps * gradient(x), 0, 1)
