# ---
# misconception: A value that wins in two windows keeps the last gradient instead of the sum.
# loses:
#   test_max_pool2d_backward: 3
# says:
#   test_max_pool2d_backward: [gets both gradients, added]
# ---

# %% solution="max_pool2d_backward"
def max_pool2d_backward(grad_output, places, shape):
    grad_x = np.zeros((shape[0], shape[1] * shape[2]))
    for c, (gradients, winners) in enumerate(zip(grad_output, places)):
        grad_x[c, winners] += gradients
    return grad_x.reshape(shape)
