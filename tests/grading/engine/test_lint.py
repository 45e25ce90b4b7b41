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
