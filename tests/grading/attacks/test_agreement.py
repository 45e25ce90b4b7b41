"""Three hundred generated notebooks: what a student's own check says, the grader says, too."""

import random

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from cnncourse.grading.engine import Grader
from cnncourse.grading.results import FAILED, PASSED

ANSWERS = {
    "double": [
        "def double(number):\n    return number * 2",
        "double = lambda number: number + number",
        "def double(number):\n    return number + 2",  # caught by a hidden test only
        "def double(number):\n    return number ** 2 + 1",
        "def double(number):\n    number * 2",
        "def double(number:\n    return 2",
        "def double(number):\n    raise ValueError('two')",
        "def double():\n    return 4",
    ],
    "scale": [
        "def scale(array, factor):\n    return factor * array",
        "def scale(array, factor):\n    return [[x * factor for x in row] for row in array]",
        "def scale(array, factor):\n    return array + array",  # caught by a hidden test only
        "def scale(array, factor):\n    array *= factor\n    return array",
        "def scale(array, factor):\n    return array.ravel() * factor",
        "def scale(array, factor):\n    return object()",
        "scale = 3",
    ],
    "evens": [
        "def evens(stop):\n    return list(range(0, stop, 2))",
        "def evens(stop):\n    return [n for n in range(stop + 1) if n % 2 == 0]",  # hidden only
        "def evens(stop):\n    return list(range(2, stop, 2))",
        "def evens(stop):\n    return tuple(range(0, stop, 2))",
        "def evens(stop):\n    print(stop)\n    return []",
        "def evens(stop):\n    return evens(stop)",
    ],
}
ADDED = ["x = 1", "1 / 0", "print('hello')", "import math", "double(3)", "%pwd", "assert False"]
NUMBER = 300


def notebooks(hand_in):
    """Mix answers, blanks, and cells of the student's own, by a seed."""
    chance = random.Random(20)
    for _ in range(NUMBER):
        chosen = {key: chance.choice([*choices, None]) for key, choices in ANSWERS.items()}
        notebook = hand_in({key: code for key, code in chosen.items() if code is not None})
        for _ in range(chance.randrange(3)):
            place = chance.randrange(1, len(notebook.cells))
            notebook.cells.insert(place, new_code_cell(chance.choice(ADDED)))
        yield nbformat.writes(notebook).encode()


@pytest.fixture(scope="module")
def own_check(bundle):
    with Grader(bundle.visible(), sandbox="none") as grader:
        yield grader


def test_the_own_check_and_the_grader_agree_on_visible_tests(own_check, grader, hand_in):
    passed = failed = 0
    for data in notebooks(hand_in):
        own = own_check.grade(data, student="anna", seed=b"key")
        graded = grader.grade(data, student="anna", seed=b"key")
        for mine, theirs in zip(own.parts, graded.parts, strict=True):
            if mine.status == FAILED:
                assert (theirs.score, theirs.message) == (0, mine.message)
                failed += 1
            elif theirs.score < mine.score:  # by a hidden test alone
                assert theirs.hidden or mine.message in theirs.message
            else:
                assert theirs.score == mine.score
                passed += mine.status == PASSED
    assert passed > NUMBER / 2
    assert failed > NUMBER / 2
