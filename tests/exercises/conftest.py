"""Grade answers in this process: quick, and close enough for the author's own tests.

The real proof, through Jupyter kernels and nbgrader, is `cnncourse exercises check`.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from nbformat import NotebookNode

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import Exercise, read_exercises

ROOT = Path(__file__).parents[2] / "exercises"
Grades = dict[str, tuple[float, str]]


@pytest.fixture(scope="session")
def exercises() -> dict[str, Exercise]:
    return {exercise.name: exercise for exercise in read_exercises(ROOT)}


@pytest.fixture(scope="session")
def grade() -> Callable[[Exercise, Mapping[str, str]], Grades]:
    """Score and message of each tests cell, visible and hidden, for these answers."""
    return lambda exercise, answers: _grade(fill_in(exercise.notebook, answers))


def _grade(notebook: NotebookNode) -> Grades:
    namespace: dict[str, object] = {"__name__": "__main__"}
    grades = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        value, message = _run(cell.source, namespace)
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade"):
            grades[meta["grade_id"]] = (meta["points"] if value is None else value, message)
    return grades


def _run(source: str, namespace: dict[str, object]) -> tuple[float | None, str]:
    """Run a cell: None or the value of its last expression, and what it printed.

    A cell that fails has the value 0 and its error's message.
    """
    lines = [line for line in source.split("\n") if not line.startswith("%")]
    tree = ast.parse("\n".join(lines))
    last = ast.parse("None", mode="eval")
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    printed = io.StringIO()
    with redirect_stdout(printed):
        try:
            exec(compile(tree, "cell", "exec"), namespace)
            value = eval(compile(last, "cell", "eval"), namespace)
        except Exception as error:
            return 0, f"{type(error).__name__}: {error}"
    return value, printed.getvalue()
