# ---
# misconception: What leaves the range is scaled back.
# loses:
#   test_fgsm: 2
# says:
#   test_fgsm: [stays at its border]
# ---

# %% solution="fgsm"
def fgsm(gradient, x, eps):
    moved = x + eps * np.sign(gradient(x))
    low, high = min(moved.min(), 0), max(moved.max(), 1)
    return (moved - low) / (high - low)
