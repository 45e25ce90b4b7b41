# ---
# title: Counting
# chapter: book/index.md
# minutes: 5
# seconds_per_cell: 4
# may_not_call: []
# summary: Two small functions, for trying out the graders.
# ---

# %%
# ruff: noqa: B018, F401, T201
import math

# %% [markdown]
# ## Part 1. Twice
#
# <details><summary>Hint 1: multiply</summary>
#
# Twice a number is the number times two.
#
# </details>

# %% solution="double"
def double(number):
    """Give back twice a number."""
    ### BEGIN SOLUTION
    return 2 * number
    ### END SOLUTION

# %% tests="test_double" points=2
# Whole numbers and others.
assert double(2) == 4, "Twice two is four."
### BEGIN HIDDEN TESTS
secret_number = 20.5
assert double(secret_number) == 41, "Numbers that are not whole have a double, too."
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. Even numbers

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
if evens(6) != [number for number in (0, 2, 4) if number in evens(6) or number > 0]:
    points -= 2
    print("The end does not belong to it.")
### END HIDDEN TESTS
points

# %% [markdown]
# ## Part 3. In words

# %% [markdown] written="explain" points=3
# ### BEGIN SOLUTION
# Because they can be halved.
# ### END SOLUTION
