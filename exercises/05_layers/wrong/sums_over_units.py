# ---
# misconception: The gradient for the bias is collected over the units.
# loses:
#   test_linear_backward: 1
# says:
#   test_linear_backward: [number for each unit]
# ---

# %% solution="linear_backward"
def linear_backward(grad_output, x, weight):
    return grad_output @ weight, grad_output.T @ x, grad_output.sum(axis=1)
