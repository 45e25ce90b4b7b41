# ---
# misconception: Units are taken to stand in the columns of the weights.
# loses:
#   test_linear: 2
#   test_linear_backward: 3
# says:
#   test_linear: [transposed]
#   test_linear_backward: [gradient for x, a transposed one]
# ---

# %% solution="linear"
def linear(x, weight, bias):
    return x @ weight + bias


# %% solution="linear_backward"
def linear_backward(grad_output, x, weight):
    return grad_output @ weight.T, grad_output.T @ x, grad_output.sum(axis=0)
