# ---
# misconception: The places of all channels are taken for places of the first map.
# loses:
#   test_max_pool2d_backward: 3
# says:
#   test_max_pool2d_backward: [counted in each channel by itself]
# ---

# %% solution="max_pool2d_backward"
def max_pool2d_backward(grad_output, places, shape):
    grad_x = np.zeros(shape[0] * shape[1] * shape[2])
    for place, gradient in zip(places.ravel(), grad_output.ravel()):
        grad_x[place] += gradient
    return grad_x.reshape(shape)
