"""A student's own check: the visible tests of one notebook, run and judged as the grader does."""

from __future__ import annotations

import warnings
from pathlib import Path

from cnncourse.authoring.source import Exercise, read_exercises
from cnncourse.errors import SubmissionError
from cnncourse.grading.annotate import release_of
from cnncourse.grading.execute import ExecuteSubmission
from cnncourse.grading.intake import read_notebook, rebuild
from cnncourse.grading.results import GRADED, Result, read_parts, reason_for


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
        Of no student; written answers wait for a person.

    Raises
    ------
    SubmissionError
        If it is no notebook, or of no exercise there.
    """
    path = Path(path)
    data = path.read_bytes()
    exercise = _exercise_of(path, data, read_exercises(exercises_root))
    notebook, repairs = rebuild(release_of(exercise), data, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of nbclient and the kernel are not ours
        folder = {"metadata": {"path": str(path.resolve().parent)}}
        notebook, _ = ExecuteSubmission().preprocess(notebook, folder)
    parts = read_parts(notebook)
    return Result("", exercise.name, GRADED, reason_for(notebook, parts), repairs, tuple(parts))


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
