from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

EXERCISE = '''\
# ---
# title: Doubling
# chapter: book/01_doubling/index.md
# minutes: 5
# seconds_per_cell: 10
# may_not_call: [np.multiply]
# summary: Twice as much.
# ---

# %%
import numpy as np

# %% [markdown]
# ## Part 1. Twice
# Some text.

# %% solution="double"
def double(number):
    """Double it."""
    ### BEGIN SOLUTION
    secret = number + number
    return secret
    ### END SOLUTION


# %% tests="test_double" points=2
assert double(2) == 4, "twice two"
### BEGIN HIDDEN TESTS
assert double(-7) == -14, "negative numbers, too"
### END HIDDEN TESTS

# %% [markdown]
# ## Part 2. Why

# %% [markdown] written="why" points=1.5
# ### BEGIN SOLUTION
# Because it is so.
# ### END SOLUTION
'''

WRONG = '''\
# ---
# misconception: Twice is the square.
# loses:
#   test_double: 2
# says:
#   test_double: [negative]
# ---

# %% solution="double"
def double(number):
    return number**2
'''


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the exercise above, and its misconception, each with some text replaced."""

    def write(exercise: tuple[str, str] = ("", ""), wrong: tuple[str, str] = ("", "")) -> Path:
        folder = tmp_path / "01_doubling"
        (folder / "wrong").mkdir(parents=True, exist_ok=True)
        for name, text, edit in (
            ("exercise.py", EXERCISE, exercise),
            ("wrong/squares.py", WRONG, wrong),
        ):
            assert edit[0] in text
            (folder / name).write_text(text.replace(*edit, 1) if edit[0] else text)
        return folder

    return write
