# ---
# misconception: The slope of ReLU is given back as its value.
# loses:
#   test_relu: 1
# says:
#   test_relu: [the slope of ReLU]
# ---

# %% solution="relu"
def relu(x):
    return (x > 0).astype(float)
