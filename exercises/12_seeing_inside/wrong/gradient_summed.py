# ---
# misconception: The weight of a map is the sum of its gradient.
# loses:
#   test_grad_cam: 2
# says:
#   test_grad_cam: [not a sum]
# ---

# %% solution="grad_cam"
def grad_cam(maps, gradient):
    return np.maximum(np.tensordot(gradient.sum(axis=(1, 2)), maps, axes=1), 0)
