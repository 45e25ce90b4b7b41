"""Scores for learning platforms: Canvas and Moodle read back what they gave out, filled in.

A platform knows its students by numbers of its own, which stand in the files that it exports.
Filling one of those in is what re-imports without a question; nothing else in the file changes.

References
----------
Canvas, "Gradebook CSV Files" (instructor guide); Moodle, "Grade import" and "Offline grading
worksheet" (documentation of the grades report and of the assignment activity).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnncourse.authoring.build import write_atomically
from cnncourse.errors import SourceError
from cnncourse.grading.export import as_text
from cnncourse.grading.results import GRADED, REFUSED, Result
from cnncourse.grading.roster import Student

# columns by which a student is recognised, and what of the roster stands in them
KEYS = {
    "SIS Login ID": "id",
    "SIS User ID": "id",
    "Username": "id",
    "ID number": "id",
    "Email address": "email",
    "Email": "email",
}
WORKSHEET = ("Identifier", "Grade", "Feedback comments")


@dataclass(frozen=True)
class Filled:
    """What became of a platform's file.

    Parameters
    ----------
    path : Path
        Where the filled file is.
    written : int
        Students who got a score.
    unknown : tuple of str
        Students with a score whom the file does not name.
    pending : int
        Of those written, how many still have points to be given by hand.
    """

    path: Path
    written: int
    unknown: tuple[str, ...]
    pending: int


def fill_in(
    results: Iterable[Result],
    students: Iterable[Student],
    template: Path,
    path: Path,
    comments: Mapping[str, str] | None = None,
) -> Filled:
    """Write scores into a file that Canvas or Moodle exported.

    Parameters
    ----------
    results : iterable of Result
        Of one assignment. Who handed in nothing keeps what the file says.
    students : iterable of Student
        The roster; the file's ids or addresses are looked up in it.
    template : Path
        A gradebook of Canvas, a grader report or an offline grading worksheet of Moodle, as CSV.
    path : Path
    comments : mapping of str to str, optional
        Text for a worksheet's column of comments, by student.

    Raises
    ------
    SourceError
        Names the file and what was expected in it.
    """
    table = _Table.read(template)
    owners = {student.id: student for student in students}
    scores = {r.student: r for r in results if r.status in (GRADED, REFUSED)}
    rows = table.rows_of(owners.values())
    for name, result in scores.items():
        if name in rows:
            table.score(rows[name], result)
            table.comment(rows[name], (comments or {}).get(name, ""))
    written = scores.keys() & rows.keys()
    write_atomically(path, table.text())
    return Filled(
        path=path,
        written=len(written),
        unknown=tuple(sorted(scores.keys() - rows.keys())),
        pending=sum(scores[name].pending > 0 for name in written),
    )


@dataclass
class _Table:
    """A platform's CSV file; its separator and its byte-order mark are kept."""

    path: Path
    mark: str
    separator: str
    header: list[str]
    rows: list[list[str]]

    @classmethod
    def read(cls, path: Path) -> _Table:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise SourceError(path, f"expected UTF-8: {error.reason}") from error
        mark, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
        separator = max(",;\t", key=body.partition("\n")[0].count)
        rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=separator))
        if not rows or not set(KEYS) & set(rows[0]):
            words = f"expected a gradebook of Canvas or Moodle with one of {', '.join(KEYS)}"
            raise SourceError(path, words)
        width = len(rows[0])
        return cls(path, mark, separator, rows[0],
                   [row + [""] * (width - len(row)) for row in rows[1:]])  # fmt: skip

    def rows_of(self, students: Iterable[Student]) -> dict[str, list[str]]:
        """Find each student's row; by the first key column that names them."""
        found: dict[str, list[str]] = {}
        for column, field in KEYS.items():
            if column in self.header:
                index = self.header.index(column)
                by_value = {row[index].strip().casefold(): row for row in self.rows}
                for student in students:
                    value = getattr(student, field).strip().casefold()
                    if value and value in by_value:
                        found.setdefault(student.id, by_value[value])
        return found

    def score(self, row: list[str], result: Result) -> None:
        row[self._column(result)] = f"{result.total:.10g}"

    def comment(self, row: list[str], text: str) -> None:
        if text and self._is_worksheet:
            row[self.header.index("Feedback comments")] = as_text(text)

    @property
    def _is_worksheet(self) -> bool:
        return set(WORKSHEET) <= set(self.header)

    def _column(self, result: Result) -> int:
        """Find the assignment's column, or add one."""
        if self._is_worksheet:
            return self.header.index("Grade")
        title = re.compile(
            rf"(Assignment: ?)?{re.escape(result.assignment)}( \(\d+\)| \(Real\))?", re.IGNORECASE
        )
        for index, name in enumerate(self.header):
            if title.fullmatch(name.strip()):
                return index
        self.header.append(result.assignment)
        for row in self.rows:
            is_maximum = row[0].strip() == "Points Possible"  # Canvas keeps it in a row of its own
            row.append(f"{result.total_max:g}" if is_maximum else "")
        return len(self.header) - 1

    def text(self) -> str:
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=self.separator)
        writer.writerows([self.header, *self.rows])
        return self.mark + out.getvalue()


def summary(filled: Filled) -> Sequence[str]:
    """Say in a few lines what became of a platform's file."""
    lines = [f"{filled.path}: {filled.written} scores"]
    if filled.pending:
        lines.append(f"{filled.pending} of them still wait for points given by hand")
    if filled.unknown:
        lines.append(f"not in the platform's file: {', '.join(filled.unknown)}")
    return lines
