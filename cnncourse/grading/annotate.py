"""What grading needs to know of an exercise travels in its notebook."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from nbformat import NotebookNode

from cnncourse.authoring.build import release_notebook
from cnncourse.authoring.source import Exercise


def with_notes(exercise: Exercise) -> NotebookNode:
    """Give an exercise's notebook the notes that grading needs: name, limit, titles, warnings."""
    notebook = deepcopy(exercise.notebook)
    notebook.metadata["cnncourse"] = {
        "exercise": exercise.name,
        "seconds_per_cell": exercise.seconds_per_cell,
        "may_not_call": list(exercise.may_not_call),
        "titles": {part.grade_id: part.title for part in exercise.parts},
    }
    return notebook


def release_of(exercise: Exercise) -> NotebookNode:
    """Make the notebook that a course's students get."""
    return release_notebook(replace(exercise, notebook=with_notes(exercise)))
