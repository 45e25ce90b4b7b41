"""What every exercise of the course owes its students, beside honest tests."""

import pytest
from nbgrader.utils import is_grade, is_solution

from cnncourse.authoring.source import read_exercises
from cnncourse.cli import ROOT
from cnncourse.grading.feedback import what_is_tested

EXERCISES = read_exercises(ROOT / "exercises")


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_tests_cell_says_what_it_tests(exercise):
    for cell in exercise.notebook.cells:
        if is_grade(cell) and not is_solution(cell):
            assert len(what_is_tested(cell.source).split()) >= 5, cell.metadata.nbgrader.grade_id
