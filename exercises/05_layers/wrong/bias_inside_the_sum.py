# ---
# misconception: The bias is added to every product before the sum.
# loses:
#   test_linear: 2
# says:
#   test_linear: [once]
# ---

# %% solution="linear"
def linear(x, weight, bias):
    return np.stack([(x * w + b).sum(axis=1) for w, b in zip(weight, bias)], axis=1)
