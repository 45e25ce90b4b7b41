# ---
# misconception: Gradients for parameters are averaged over the batch, after the loss has done so already.
# loses:
#   test_linear_backward: 2
# says:
#   test_linear_backward: [gradient for weight, neither divide]
# ---

# %% solution="linear_backward"
def linear_backward(grad_output, x, weight):
    N = len(x)
    return grad_output @ weight, grad_output.T @ x / N, grad_output.mean(axis=0)
