"""Hand a student the notebook of an exercise."""

from __future__ import annotations

from pathlib import Path

import nbformat

from cnncourse.authoring.build import write_atomically
from cnncourse.authoring.source import Exercise
from cnncourse.errors import ArgumentError
from cnncourse.grading.annotate import release_of


def choose(name: str, exercises: list[Exercise]) -> Exercise:
    """Find an exercise by its name, or by how only its name begins.

    Raises
    ------
    ArgumentError
        If there is none, or there are several.
    """
    exact = [exercise for exercise in exercises if exercise.name == name]
    found = exact or [exercise for exercise in exercises if exercise.name.startswith(name)]
    if len(found) != 1:
        names = ", ".join(exercise.name for exercise in found or exercises)
        raise ArgumentError("name", f"one of {names}", name)
    return found[0]


def start(exercise: Exercise, folder: Path) -> Path:
    """Write the students' notebook of an exercise into a folder.

    Parameters
    ----------
    exercise : Exercise
    folder : Path
        Made if it does not exist.

    Returns
    -------
    Path
        Of the notebook; it needs no other file.

    Raises
    ------
    ArgumentError
        If there is one already: it may hold somebody's work.
    """
    path = Path(folder) / f"{exercise.name}.ipynb"
    if path.exists():
        raise ArgumentError("into", f"a folder without {path.name}, which may be your work", path)
    write_atomically(path, nbformat.writes(release_of(exercise)) + "\n")
    return path
