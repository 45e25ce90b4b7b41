"""What the gradebook and `autograded/` show of a result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from cnncourse.grading.operations.books import Mark
from cnncourse.grading.operations.register import Standing
from cnncourse.grading.results import BY_HAND, REFUSED, Result

UNANSWERED = "No response."  # nbgrader's words


def answers_above(release: NotebookNode) -> dict[str, str | None]:
    """Name each answer cell, and for each tests cell the answer above it, by grade_id.

    An answer cell stands for itself; a tests cell above every answer has none.
    """
    found: dict[str, str | None] = {}
    answer = None
    for cell in release.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if is_solution(cell):
            answer = found[name] = name
        elif is_grade(cell):
            found[name] = answer
    return found


def marks_for(standing: Standing, part_keys: Mapping[str, str]) -> dict[str, Mark]:
    """Say what each graded cell should hold; the parts that nothing is known of are left out.

    Parameters
    ----------
    standing : Standing
    part_keys : dict of str to str
        What names each part's tests, by grade_id.
    """
    if standing.result is None:
        return {}
    refused = standing.result.status == REFUSED
    return {
        part.grade_id: Mark(
            None if part.status == BY_HAND and not refused else part.score,
            standing.submission,
            part_keys[part.grade_id],
        )
        for part in standing.result.parts
        if refused or part.grade_id in standing.known
    }


def words_for(
    result: Result, notebook: str | None, release: NotebookNode, above: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Say what the grader tells under each answer cell: what the tests below it said."""
    answers = [name for name, answer in above.items() if name == answer]
    if result.status == REFUSED:
        return dict.fromkeys(answers, f"Refused: {result.reason}")
    words: dict[str, list[str]] = {name: [] for name in answers}
    for name in _unanswered(notebook, release):
        words[name].append(UNANSWERED)
    for part in result.parts:
        answer = above.get(part.grade_id)
        if answer and part.message and not part.manual:
            words[answer].append(part.message)
    return {name: "\n".join(said) or None for name, said in words.items()}


def merge_notebooks(new: str, old: str, not_run: set[str]) -> str:
    """Give cells that were not run the outputs that they had before.

    Parameters
    ----------
    new, old : str
        Executed notebooks as JSON.
    not_run : set of str
        Grade_ids of the new notebook's cells that were not run.
    """
    notebook, before = json.loads(new), _by_name(json.loads(old))
    for name, cell in _by_name(notebook).items():
        if name in not_run and name in before:
            cell["outputs"] = before[name].get("outputs", [])
            cell["execution_count"] = before[name].get("execution_count")
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _unanswered(notebook: str | None, release: NotebookNode) -> list[str]:
    """Name the answer cells that are as they were released."""
    if notebook is None:
        return []
    cells = _by_name(json.loads(notebook))
    return [
        name
        for name, cell in _by_name(release).items()
        if is_solution(cell) and _text(cells.get(name, cell)) == cell.source
    ]


def _by_name(notebook: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for cell in notebook["cells"]:
        if name := cell["metadata"].get("nbgrader", {}).get("grade_id"):
            found[name] = cell
    return found


def _text(cell: Mapping[str, Any]) -> str:
    """Read a cell's source, which JSON may hold as a list of lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
