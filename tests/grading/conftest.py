"""One graded sample class for all tests here: kernels are what takes the time."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from cnncourse.authoring.source import Exercise, read_exercise
from cnncourse.grading.annotate import release_of
from cnncourse.grading.course import Course
from cnncourse.grading.results import Result
from cnncourse.grading.sample import Submission, make_sample_class, sample_class

COUNTING = Path(__file__).parent / "counting"
NAME = "01_counting"


@dataclass(frozen=True)
class Klass:
    exercise: Exercise
    course: Course
    submissions: dict[str, Submission]
    results: dict[str, Result]
    steps: list[tuple[str, int, int]]


@pytest.fixture(scope="session")
def exercise() -> Exercise:
    return read_exercise(COUNTING / NAME)


@pytest.fixture(scope="session")
def release(exercise):
    return release_of(exercise)


@pytest.fixture(scope="session")
def klass(exercise, tmp_path_factory) -> Klass:
    """A class of one submission of every kind, through every step."""
    folder = tmp_path_factory.mktemp("class") / "course"
    steps = []
    results = make_sample_class(folder, exercise, lambda *step: steps.append(step))
    submissions = {submission.student.id: submission for submission in sample_class(exercise)}
    return Klass(exercise, Course(folder), submissions, {r.student: r for r in results}, steps)


@pytest.fixture
def course(klass, tmp_path) -> Course:
    """A copy of the graded class, to change at will."""
    shutil.copytree(klass.course.folder, tmp_path / "course")
    return Course(tmp_path / "course", seconds_per_cell=4)
