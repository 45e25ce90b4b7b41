# ---
# misconception: A little is let through on the negative side, as leaky ReLU does.
# loses:
#   test_relu: 1
#   test_relu_backward: 2
# says:
#   test_relu: [not even a little]
#   test_relu_backward: [elsewhere it is 0]
# ---

# %% solution="relu"
def relu(x):
    return np.where(x > 0, x, 0.01 * x)


# %% solution="relu_backward"
def relu_backward(grad_output, x):
    return np.where(x > 0, grad_output, np.where(x < 0, 0.01 * grad_output, 0))
