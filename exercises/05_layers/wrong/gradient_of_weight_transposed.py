# ---
# misconception: The gradient of the weights comes out transposed.
# loses:
#   test_linear_backward: 1
# says:
#   test_linear_backward: [gradient for weight]
# ---

# %% solution="linear_backward"
def linear_backward(grad_output, x, weight):
    return grad_output @ weight, x.T @ grad_output, grad_output.sum(axis=0)
