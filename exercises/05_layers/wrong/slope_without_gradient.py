# ---
# misconception: The slope is given back, and what arrives is forgotten.
# loses:
#   test_relu_backward: 2
# says:
#   test_relu_backward: [multiplied by the gradient]
# ---

# %% solution="relu_backward"
def relu_backward(grad_output, x):
    return (x > 0).astype(float)
