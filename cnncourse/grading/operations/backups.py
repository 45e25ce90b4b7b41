"""The gradebook before each run: kept, compared, put back.

A run's name stands for the gradebook as it was just before that run.
"""

from __future__ import annotations

import filecmp
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cnncourse.errors import ArgumentError, SetupError
from cnncourse.grading.layout import Layout
from cnncourse.grading.operations.books import APPLIED

RUNS = "runs"
NOW = "now"
COPY = "gradebook.db"
LATENESS = "lateness"  # in the place of a part

_GRADES = """
    SELECT submitted_assignment.student_id, assignment.name, base_cell.name,
           grade.auto_score, grade.manual_score, {applied}
    FROM grade
    JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    {join}
"""
_JOIN = f"LEFT JOIN {APPLIED.name} AS applied ON applied.grade_id = grade.id"
_PENALTIES = """
    SELECT submitted_assignment.student_id, assignment.name,
           SUM(submitted_notebook.late_submission_penalty)
    FROM submitted_notebook
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    JOIN assignment ON assignment.id = submitted_assignment.assignment_id
    GROUP BY submitted_assignment.id
"""


@dataclass(frozen=True)
class Change:
    """A score that is another than before.

    Parameters
    ----------
    student, assignment, part : str
        The part is a grade_id, or 'lateness'.
    before, after : float or None
        None where there was no score.
    cause : str
    """

    student: str
    assignment: str
    part: str
    before: float | None
    after: float | None
    cause: str


@dataclass(frozen=True)
class _Held:
    auto_score: float | None
    manual_score: float | None
    submission: str | None = None
    part_key: str | None = None

    @property
    def score(self) -> float | None:
        return self.auto_score if self.manual_score is None else self.manual_score


_NOTHING = _Held(None, None)


def new_run(folder: Path) -> Path:
    """Make the folder of a new run, named by the time in UTC."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    try:
        (folder / RUNS).mkdir(exist_ok=True)
        for number in range(1, 1000):
            path = folder / RUNS / (name if number == 1 else f"{name}-{number}")
            if not path.exists():
                path.mkdir()
                return path
    except OSError as error:
        raise SetupError(f"{folder / RUNS}: cannot be written to: {error.strerror}") from error
    raise SetupError(f"{folder / RUNS}: a thousand runs in a second")


def runs(folder: Path) -> list[str]:
    """Name the runs whose gradebook is kept, the oldest first."""
    found = (folder / RUNS).glob(f"*/{COPY}")
    return sorted((path.parent.name for path in found), key=_order)


def take_backup(layout: Layout, run: Path) -> Path:
    """Copy the gradebook into a run's folder; a copy equal to the one before takes no room.

    Raises
    ------
    SetupError
        If it cannot be written.
    """
    path, new = run / COPY, layout.work / COPY
    earlier = runs(layout.folder)[-1:]
    try:
        layout.work.mkdir(exist_ok=True)
        _copy(layout.database(), new)
        last = layout.folder / RUNS / earlier[0] / COPY if earlier else None
        if last and filecmp.cmp(last, new, shallow=False):
            new.unlink()
            os.link(last, path)
        else:
            new.replace(path)
    except (OSError, sqlite3.Error) as error:
        new.unlink(missing_ok=True)
        raise SetupError(f"{path}: the gradebook was not backed up: {error}") from error
    return path


def restore(layout: Layout, name: str) -> Path:
    """Put the gradebook back to what it was before a run; what is there now is backed up first.

    Parameters
    ----------
    layout : Layout
    name : str
        Of a run.

    Returns
    -------
    Path
        Where the gradebook of now was kept.
    """
    source = kept(layout, name)
    aside = take_backup(layout, new_run(layout.folder))
    target = layout.database()
    try:
        _copy(source, target)
    except sqlite3.Error as error:
        raise SetupError(f"{target}: not restored: {error}") from error
    return aside


def kept(layout: Layout, name: str) -> Path:
    """Find the gradebook from before a run, or the present one by the name 'now'."""
    path = layout.database() if name == NOW else layout.folder / RUNS / name / COPY
    if not path.is_file() or (name != NOW and name not in runs(layout.folder)):
        known = ", ".join([*runs(layout.folder), NOW])
        raise ArgumentError("run", f"one of {known}", name)
    return path


def changes(before: Path, after: Path) -> list[Change]:
    """List the scores that differ between two gradebooks, with the cause of each.

    Parameters
    ----------
    before, after : Path
        SQLite files.
    """
    old, new = _held(before), _held(after)
    found = []
    for place in sorted(old.keys() | new.keys()):
        was, now = old.get(place, _NOTHING), new.get(place, _NOTHING)
        if was.score != now.score:
            found.append(Change(*place, was.score, now.score, _cause(was, now, place[2])))
    return found


def _cause(was: _Held, now: _Held, part: str) -> str:
    if part == LATENESS:
        return "lateness"
    if was.manual_score != now.manual_score:
        return "graded by hand"
    if was.auto_score is None and was.submission is None:
        return "graded for the first time"
    if now.submission is None:
        return "no longer graded"
    if was.submission != now.submission:
        return "another file was handed in"
    return "the tests changed" if was.part_key != now.part_key else "graded again"


def _held(path: Path) -> dict[tuple[str, str, str], _Held]:
    """Read every score of a gradebook by student, assignment and part."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        names = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        ours = APPLIED.name in names
        applied = "applied.submission, applied.part_key" if ours else "NULL, NULL"
        query = _GRADES.format(applied=applied, join=_JOIN if ours else "")
        found = {(s, a, p): _Held(*rest) for s, a, p, *rest in db.execute(query)}
        for student, assignment, penalty in db.execute(_PENALTIES):
            if penalty:
                found[student, assignment, LATENESS] = _Held(-penalty, None)
    return found


def _copy(source: Path, target: Path) -> None:
    """Copy a database as a whole, whatever else reads or writes it meanwhile."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _order(name: str) -> tuple[str, int]:
    day, time, *number = name.split("-")
    return f"{day}-{time}", int(number[0]) if number else 1
