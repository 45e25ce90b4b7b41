# ---
# misconception: Maps of negative weight are left out.
# loses:
#   test_grad_cam: 2
# says:
#   test_grad_cam: [not on the weights]
# ---

# %% solution="grad_cam"
def grad_cam(maps, gradient):
    weights = np.maximum(gradient.mean(axis=(1, 2)), 0)
    return np.tensordot(weights, maps, axes=1)
