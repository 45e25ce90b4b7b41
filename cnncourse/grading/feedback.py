"""A student's feedback: one HTML page that needs nothing but itself.

It shows each part's score, what the failed test said and the student's own code; never a test's
source, an expected value or a traceback. It runs no script and asks for no other file.
"""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from cnncourse.authoring.build import write_atomically
from cnncourse.grading.pages import render_page
from cnncourse.grading.results import Result

LONGEST_CODE = 20_000  # characters of each part's code that a page shows


def write_page(result: Result, notebook: NotebookNode | None, path: Path) -> Path:
    """Write the feedback page of a result.

    Parameters
    ----------
    result : Result
    notebook : NotebookNode or None
        The graded notebook, for the student's own code.
    path : Path

    Returns
    -------
    Path
        Where it was written.
    """
    write_atomically(path, render(result, answers_by_part(notebook) if notebook else {}))
    return path


def render(result: Result, answers: dict[str, str]) -> str:
    """Make the page's HTML; everything in it is escaped."""
    return render_page("feedback.html.j2", result=result, answers=answers)


def answers_by_part(notebook: NotebookNode) -> dict[str, str]:
    """Gather the student's answers that stand between one graded cell and the next."""
    answers: dict[str, str] = {}
    code: list[str] = []
    for cell in notebook.cells:
        if is_solution(cell):
            code.append(cell.source)
        if is_grade(cell):
            answers[cell.metadata.nbgrader.grade_id] = "\n\n".join(code)[:LONGEST_CODE]
            code = []
    return answers
