# ---
# misconception: What speaks against a class belongs to the map.
# loses:
#   test_grad_cam: 2
# says:
#   test_grad_cam: [cut off]
# ---

# %% solution="grad_cam"
def grad_cam(maps, gradient):
    return np.tensordot(gradient.mean(axis=(1, 2)), maps, axes=1)
