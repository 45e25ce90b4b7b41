# ---
# misconception: Zeros are written into the array that was given.
# loses:
#   test_relu: 1
#   test_relu_backward: 2
# says:
#   test_relu: [changed the array]
#   test_relu_backward: [changed the gradient]
# ---

# %% solution="relu"
def relu(x):
    x[x < 0] = 0
    return x


# %% solution="relu_backward"
def relu_backward(grad_output, x):
    grad_output[x <= 0] = 0
    return grad_output
