"""Results as CSV: RFC 4180, UTF-8, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from cnncourse.authoring.build import write_atomically
from cnncourse.grading.results import Result
from cnncourse.grading.roster import Student

COLUMNS = (
    "id", "last_name", "first_name", "email", "assignment",
    "score", "max_score", "manual_pending", "status", "reason",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(results: Iterable[Result], students: Iterable[Student], path: Path) -> Path:
    """Write one row per result.

    Parameters
    ----------
    results : iterable of Result
    students : iterable of Student
        Their names; a result of nobody among them has empty names.
    path : Path

    Returns
    -------
    Path
        Where it was written.
    """
    roster = {student.id: student for student in students}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for result in results:
        student = roster.get(result.student, Student(result.student))
        words = (student.id, student.last_name, student.first_name, student.email)
        numbers = (f"{n:.10g}" for n in (result.total, result.total_max, result.pending))
        writer.writerow([
            *map(as_text, words), as_text(result.assignment), *numbers,
            as_text(result.status), as_text(result.reason),
        ])
    write_atomically(path, text.getvalue())
    return path


def as_text(value: str) -> str:
    """Keep a spreadsheet from reading a name as a formula: an apostrophe marks it as text.

    Examples
    --------
    >>> as_text("=1+1"), as_text("Müller, Jörg")
    ("'=1+1", 'Müller, Jörg')
    """
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
