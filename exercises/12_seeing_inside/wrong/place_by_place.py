# ---
# misconception: Gradient times map, at each place.
# loses:
#   test_grad_cam: 2
# says:
#   test_grad_cam: [place by place]
# ---

# %% solution="grad_cam"
def grad_cam(maps, gradient):
    return np.maximum((gradient * maps).sum(axis=0), 0)
