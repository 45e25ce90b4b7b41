# ---
# misconception: A weight says how much a map matters, either way.
# loses:
#   test_grad_cam: 2
# says:
#   test_grad_cam: [not on the weights]
# ---

# %% solution="grad_cam"
def grad_cam(maps, gradient):
    weights = np.abs(gradient.mean(axis=(1, 2)))
    return np.maximum(np.tensordot(weights, maps, axes=1), 0)
