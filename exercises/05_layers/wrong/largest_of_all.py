# ---
# misconception: np.max is taken for np.maximum.
# loses:
#   test_relu: 1
# says:
#   test_relu: [one by one]
# ---

# %% solution="relu"
def relu(x):
    return np.max(x)
