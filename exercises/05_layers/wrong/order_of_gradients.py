# ---
# misconception: The three gradients are given back in the order weight, bias, input.
# loses:
#   test_linear_backward: 3
# says:
#   test_linear_backward: [gradient for x]
# ---

# %% solution="linear_backward"
def linear_backward(grad_output, x, weight):
    return grad_output.T @ x, grad_output.sum(axis=0), grad_output @ weight
