"""Press Validate on the notebooks of all exercises, and compare: python tools/validate.py [NAME...]

JupyterLab's Validate button runs nbgrader's `Validator`. What it says, part by part, of the blank
student notebook and of the one with the reference answers must be what `cnncourse check` says. A
real kernel runs each notebook; all of them take about five minutes.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbconvert.filters import strip_ansi
from nbgrader.validator import Validator

from cnncourse.authoring.build import build_exercise
from cnncourse.authoring.source import read_exercises
from cnncourse.grading.check import check_notebook
from cnncourse.grading.results import FAILED, PARTIAL, Part

ROOT = Path(__file__).parents[1] / "exercises"
# where it has words of its own: what `cnncourse check` says, and how nbgrader says it
THEIR_WORDS = {
    "Not filled in yet.": "NotImplementedError",
    "No answer was given.": "You did not provide a response.",
}
PARTLY = "Partial credit; passed some but not all of the tests"


def press(path: Path) -> dict[str, str]:
    """Press Validate.

    Returns
    -------
    dict of str to str
        What it says of each cell that it finds fault with, by the cell's source.
    """
    log = logging.Logger("validate", level=logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of nbgrader are not ours
        found = Validator(parent=None, log=log).validate(str(path))
    return {
        cell["source"]: strip_ansi(cell.get("raw_error", kind))
        for kind in found
        for cell in found[kind]
    }


def differences(path: Path, root: Path) -> Iterator[str]:
    """Say what Validate and `cnncourse check` tell differently of a notebook."""
    ours = {part.grade_id: part for part in check_notebook(path, root).parts}
    theirs = press(path)
    for cell in nbformat.read(path, as_version=4).cells:
        said = theirs.pop(cell.source.strip(), None)
        if part := ours.get(cell.metadata.get("nbgrader", {}).get("grade_id")):
            if (part.status in (FAILED, PARTIAL)) != (said is not None):
                yield f"{part.grade_id}: {part.status}, and Validate says: {said or 'nothing'}"
            elif said and _expected(part) not in " ".join(said.split()):
                yield f"{part.grade_id}: {part.message}; and Validate says: {said}"
        elif said is not None:
            yield f"a cell that is no part: Validate says: {said}"


def _expected(part: Part) -> str:
    """Give the words that Validate must have for a part that lost points."""
    if part.status == PARTIAL:
        return PARTLY
    line = part.message.split("\n")[0]
    return THEIR_WORDS.get(line, " ".join(line.split()))


def main(names: list[str]) -> int:
    """Compare the notebooks of exercises; give 1 where something differs."""
    exercises = {exercise.name: exercise for exercise in read_exercises(ROOT)}
    if unknown := set(names) - set(exercises):
        sys.exit(f"{', '.join(sorted(unknown))}: expected names of {', '.join(exercises)}")
    differ = False
    with tempfile.TemporaryDirectory() as folder:
        for name in names or exercises:
            built = build_exercise(exercises[name], Path(folder).resolve())
            for kind, path in (("blank", built.release), ("answered", built.solution)):
                found = list(differences(path, ROOT))
                differ |= bool(found)
                print(f"{name}, {kind}: {'differs' if found else 'the same'}", *found,
                      sep="\n    ", flush=True)  # fmt: skip
    return int(differ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
