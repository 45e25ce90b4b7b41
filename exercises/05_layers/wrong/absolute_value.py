# ---
# misconception: A bend that makes everything positive is taken for ReLU.
# loses:
#   test_relu: 1
# says:
#   test_relu: [lost their sign]
# ---

# %% solution="relu"
def relu(x):
    return np.abs(x)
