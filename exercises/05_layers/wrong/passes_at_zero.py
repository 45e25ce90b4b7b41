# ---
# misconception: At 0 the gradient is let through.
# loses:
#   test_relu_backward: 2
# says:
#   test_relu_backward: [the slope to be 0]
# ---

# %% solution="relu_backward"
def relu_backward(grad_output, x):
    return grad_output * (x >= 0)
