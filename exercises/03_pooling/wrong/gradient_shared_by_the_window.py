# ---
# misconception: The gradient of a maximum is divided among all values of its window.
# loses:
#   test_max_pool2d_backward: 3
# says:
#   test_max_pool2d_backward: [only they get something]
# ---

# %% solution="max_pool2d_backward"
def max_pool2d_backward(grad_output, places, shape):
    rows, columns = shape[1] // grad_output.shape[1], shape[2] // grad_output.shape[2]
    shared = np.repeat(np.repeat(grad_output, rows, axis=1), columns, axis=2)
    return shared / (rows * columns)
