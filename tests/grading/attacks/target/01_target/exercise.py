# ---
# title: A target
# chapter: book/index.md
# minutes: 5
# seconds_per_cell: 1
# may_not_call: [np.pad, scipy.ndimage]
# summary: Three small functions, for attacks on the grader.
# ---

# %%
# ruff: noqa: B018, T201
import numpy as np

from cnncourse.probes import seed

# %% [markdown]
# ## Part 1. Twice

# %% solution="double"
def double(number):
    """Give back twice a number."""
    ### BEGIN SOLUTION
    TOKEN_ANSWER = 2
    return TOKEN_ANSWER * number
    ### END SOLUTION

# %% tests="test_double" points=2
assert double(2) == 4, "Twice two is four."
### BEGIN HIDDEN TESTS
TOKEN_HIDDEN = 20.5
assert double(TOKEN_HIDDEN) == 41, "Numbers that are not whole have a double, too."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. Scaling

# %% solution="scale"
def scale(array, factor):
    """Multiply an array, which is left as it is."""
    ### BEGIN SOLUTION
    return array * factor
    ### END SOLUTION

# %% tests="test_scale" points=3
array = np.array([[1.0, 2.0], [3.0, 4.0]])
got = scale(array, 2)
assert np.shape(got) == (2, 2), "The shape stays."
assert np.allclose(got, [[2, 4], [6, 8]]), "Each number is multiplied."
assert np.array_equal(array, [[1, 2], [3, 4]]), "scale changed the array it was given."
### BEGIN HIDDEN TESTS
TOKEN_SECRET = np.random.default_rng(seed())
array = TOKEN_SECRET.normal(size=(3, 4))
factor = float(TOKEN_SECRET.integers(3, 9))
np.testing.assert_allclose(scale(array, factor), array * factor, err_msg="Other numbers differ.")
### END HIDDEN TESTS

# %% [markdown]
# ## Part 3. Even numbers

# %% solution="evens"
def evens(stop):
    """List the even numbers from 0 up to, but without, `stop`."""
    ### BEGIN SOLUTION
    return list(range(0, stop, 2))
    ### END SOLUTION

# %% tests="test_evens" points=4
got = evens(7)
assert isinstance(got, list), "Give back a list."
points = 4
if 0 not in got:
    points -= 1
    print("0 is even.")
### BEGIN HIDDEN TESTS
if evens(6) != [0, 2, 4]:
    points -= 2
    print("The end does not belong to it.")
### END HIDDEN TESTS
points
