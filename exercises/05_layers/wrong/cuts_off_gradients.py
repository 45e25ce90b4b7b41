# ---
# misconception: The gradient is sent through ReLU itself, so that negative gradients are lost.
# loses:
#   test_relu_backward: 2
# says:
#   test_relu_backward: [a gradient like any other]
# ---

# %% solution="relu_backward"
def relu_backward(grad_output, x):
    return np.maximum(grad_output, 0)
