# ---
# misconception: A blur adds up nine pixels and forgets to divide.
# loses:
#   test_make_kernels: 2
# says:
#   test_make_kernels: [brighter]
# ---

# %% solution="make_kernels"
def make_kernels():
    edges_x = np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    return {
        "blur": np.ones((3, 3)),
        "edges_x": edges_x,
        "edges_y": edges_x.T,
        "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    }
