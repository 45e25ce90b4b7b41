"""A student gets a notebook once, and never loses one."""

import nbformat
import pytest

from cnncourse.authoring.source import read_exercises
from cnncourse.errors import ArgumentError
from cnncourse.grading.start import choose, start


def test_the_notebook_is_the_released_one(exercise, release, tmp_path):
    path = start(exercise, tmp_path / "mine")
    assert path == tmp_path / "mine" / f"{exercise.name}.ipynb"
    assert nbformat.read(path, as_version=4) == release


def test_work_is_never_overwritten(exercise, tmp_path):
    path = start(exercise, tmp_path)
    path.write_text("my work")
    with pytest.raises(ArgumentError, match="which may be your work"):
        start(exercise, tmp_path)
    assert path.read_text() == "my work"


def test_how_a_name_begins_will_do(exercise):
    exercises = read_exercises(exercise.folder.parent)
    assert choose("01", exercises).name == exercise.name
    with pytest.raises(ArgumentError, match="expected one of 01_counting, got"):
        choose("02", exercises)
