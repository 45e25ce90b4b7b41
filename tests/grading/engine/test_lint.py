from dataclasses import replace
from pathlib import Path

import pytest

from cnncourse.authoring.source import read_exercises
from cnncourse.grading.engine import Bundle
from cnncourse.grading.engine.lint import lint

ROOT = Path(__file__).parents[3] / "exercises"


@pytest.fixture(scope="module")
def bundle(request):
    exercise = read_exercises(Path(__file__).parents[1] / "counting")[0]
    return Bundle.from_exercise(exercise)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("try:\n    double(1)\nexcept:\n    pass", "line 3: this also catches the end"),
        ("try:\n    double(1)\nexcept BaseException:\n    pass", "write except Exception"),
        ("a = []\nassert double(a) is not a", "values come as copies"),
        ("import numpy as np\nassert not np.shares_memory(double(a), a)", "probes.shares_memory"),
        ("import inspect\nassert 'for' in inspect.getsource(double)", "sees the stand-in"),
        ("%time double(2)", "no magic"),
        ("assert (", "not Python"),
        ("double(2)", "what the student's code says"),
    ],
)
def test_what_the_split_does_not_allow_is_said(bundle, source, words):
    problems = lint(replace(bundle, tests={"test_double": source}, hidden={"test_double": []}))
    assert any(words in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("assert double(21) == 42, 'Twice 21 is 42.'", "42"),
        ("assert double(0.5) == 1.25, 'It should be 1.25.'", "1.25"),
        ("want = 2 * 3\nassert double(3) == want, f'expected {want}'", "want"),
        ("want = 6\ngot = double(3)\nassert got == want, f'{got} instead of {want}'", "want"),
        ("got = double(3)\nassert got == 6, f'got {got}, which is not twice 3'", ""),
        ("assert double(21) == 42, 'Numbers of 2 digits have a double, too.'", ""),
        ("assert double(142) == 284, 'A number above 100, say 1284.'", ""),
    ],
)
def test_messages_of_hidden_tests_that_tell_the_answer_are_said(bundle, source, told):
    lines = list(range(1, 4))
    problems = lint(replace(bundle, tests={"t": source}, hidden={"t": lines}))
    expected = f"what is expected: {told}"
    assert [problem.endswith(expected) for problem in problems] == [True] * bool(told), problems
    assert lint(replace(bundle, tests={"t": source}, hidden={"t": []})) == []  # all may read it


def test_ordinary_tests_pass(bundle):
    assert lint(bundle) == []


def test_a_value_of_the_notebook_is_not_the_tests_own(bundle):
    release = bundle.release.copy()
    cell = next(c for c in release.cells if c.cell_type == "code")
    cell = {**cell, "source": "import math\nSIZE = 3\nphoto = math.sqrt(2)"}
    release = type(release)({**release, "cells": [type(release)(cell), *release.cells]})
    tests = {"test_double": "assert double(photo) > SIZE"}
    problems = lint(replace(bundle, release=release, tests=tests))
    assert len(problems) == 1
    assert "“photo” is made by the student's copy" in problems[0]


@pytest.mark.parametrize("exercise", read_exercises(ROOT), ids=lambda exercise: exercise.name)
def test_the_courses_own_tests_fit(exercise):
    assert lint(Bundle.from_exercise(exercise)) == []
