# ---
# title: Pooling
# chapter: book/index.md
# minutes: 10
# seconds_per_cell: 20
# may_not_call: []
# summary: Two functions on arrays and no figure, for measuring what grading costs.
# ---

# %%
import numpy as np

# %% [markdown]
# ## Part 1. One window

# %% solution="largest"
def largest(window):
    """Give the largest value of an array."""
    ### BEGIN SOLUTION
    return np.max(window)
    ### END SOLUTION

# %% tests="test_largest" points=1
assert largest(np.array([[1.0, 4.0], [3.0, 2.0]])) == 4, "The largest of 1 to 4 is 4."
### BEGIN HIDDEN TESTS
assert largest(np.array([[-1.0, -4.0]])) == -1, "Values may all be negative."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. All windows

# %% solution="max_pool2d"
def max_pool2d(x, kernel_size):
    """Pool an image, shape (H, W), by windows that do not overlap."""
    ### BEGIN SOLUTION
    rows, columns = x.shape[0] // kernel_size, x.shape[1] // kernel_size
    x = x[: rows * kernel_size, : columns * kernel_size]
    return x.reshape(rows, kernel_size, columns, kernel_size).max(axis=(1, 3))
    ### END SOLUTION

# %% tests="test_max_pool2d" points=2
image = np.arange(16.0).reshape(4, 4)
np.testing.assert_array_equal(max_pool2d(image, 2), [[5, 7], [13, 15]])
### BEGIN HIDDEN TESTS
wide = np.arange(35.0).reshape(5, 7)
assert max_pool2d(wide, 3).shape == (1, 2), "What does not fill a window is left out."
### END HIDDEN TESTS
