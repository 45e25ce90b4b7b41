# ---
# misconception: Sharpening makes the middle pixel count more, and the rest as before.
# loses:
#   test_make_kernels: 2
# says:
#   test_make_kernels: [leave a flat area]
# ---

# %% solution="make_kernels"
def make_kernels():
    edges_x = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    return {
        "blur": np.full((3, 3), 1 / 9), "edges_x": edges_x, "edges_y": edges_x.T,
        "sharpen": np.array([[0.0, 1, 0], [1, 5, 1], [0, 1, 0]]),
    }
