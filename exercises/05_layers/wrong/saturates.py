# ---
# misconception: What is above 6 is cut off as well, as in ReLU6.
# loses:
#   test_relu: 1
# says:
#   test_relu: [however large]
# ---

# %% solution="relu"
def relu(x):
    return np.clip(x, 0, 6)
