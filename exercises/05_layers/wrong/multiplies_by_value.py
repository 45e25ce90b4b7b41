# ---
# misconception: The chain rule multiplies by the value instead of the slope.
# loses:
#   test_relu_backward: 2
# says:
#   test_relu_backward: [multiply by the value]
# ---

# %% solution="relu_backward"
def relu_backward(grad_output, x):
    return grad_output * np.maximum(x, 0)
