# ---
# misconception: The kernel for a change along x is written as the one for a change along y.
# loses:
#   test_make_kernels: 2
# says:
#   test_make_kernels: [changed places]
# ---

# %% solution="make_kernels"
def make_kernels():
    upright = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return {
        "blur": np.full((3, 3), 1 / 9),
        "edges_x": upright.T,
        "edges_y": upright,
        "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    }
