"""A student's own check: the visible tests of one notebook, run and judged as the grader does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cnncourse.authoring.source import Exercise, read_exercises
from cnncourse.errors import SubmissionError
from cnncourse.grading.engine import Bundle, Grader
from cnncourse.grading.intake import read_notebook
from cnncourse.grading.results import NO_SANDBOX, REFUSED, Result


def check_notebook(path: Path, exercises_root: Path) -> Result:
    """Run a student's notebook with only the visible tests.

    Parameters
    ----------
    path : Path
        The notebook, named as it was released or not.
    exercises_root : Path
        The folder of the exercises' sources.

    Returns
    -------
    Result
        Of no student; written answers wait for a person. A student's own code needs no sandbox.

    Raises
    ------
    SubmissionError
        If it is no notebook, or of no exercise there.
    """
    path = Path(path)
    data = path.read_bytes()
    exercise = _exercise_of(path, data, read_exercises(exercises_root))
    bundle = Bundle.from_exercise(exercise).visible()
    with Grader(bundle, sandbox="none", folder=path.resolve().parent) as grader:
        result = grader.grade(data)
    if result.status == REFUSED:
        raise SubmissionError(path, result.reason)
    return replace(result, flags=tuple(f for f in result.flags if not f.startswith(NO_SANDBOX)))


def _exercise_of(path: Path, data: bytes, exercises: list[Exercise]) -> Exercise:
    """Choose by the name that the notebook carries, else by its answer cells."""
    notebook = read_notebook(data, path)
    about = notebook.metadata.get("cnncourse", {})
    for exercise in exercises:
        if exercise.name in (about.get("exercise"), path.stem):
            return exercise
    ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
    best = max(exercises, key=lambda exercise: len(ids & exercise.answers.keys()))
    if not ids & best.answers.keys():
        names = ", ".join(exercise.name for exercise in exercises)
        raise SubmissionError(path, f"expected a notebook of one of the exercises: {names}")
    return best
