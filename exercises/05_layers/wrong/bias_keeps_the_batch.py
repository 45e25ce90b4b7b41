# ---
# misconception: The gradient for the bias is what arrives, for each example.
# loses:
#   test_linear_backward: 1
# says:
#   test_linear_backward: [gradient for bias]
# ---

# %% solution="linear_backward"
def linear_backward(grad_output, x, weight):
    return grad_output @ weight, grad_output.T @ x, grad_output
