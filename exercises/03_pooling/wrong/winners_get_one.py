# ---
# misconception: Winners are marked with 1, and what arrives at them is left out.
# loses:
#   test_max_pool2d_backward: 3
# says:
#   test_max_pool2d_backward: [the whole gradient of its window]
# ---

# %% solution="max_pool2d_backward"
def max_pool2d_backward(grad_output, places, shape):
    grad_x = np.zeros((shape[0], shape[1] * shape[2]))
    for c, winners in enumerate(places):
        grad_x[c, winners.ravel()] = 1
    return grad_x.reshape(shape)
