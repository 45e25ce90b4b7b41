"""The students of a course, as the instructor's CSV file names them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from cnncourse.errors import ArgumentError, SourceError

COLUMNS = ("id", "first_name", "last_name", "email")


@dataclass(frozen=True)
class Student:
    """A student of the roster."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


def read_roster(path: Path) -> list[Student]:
    """Read a CSV file with the columns id, first_name, last_name, email.

    Raises
    ------
    SourceError
        With the line and what was expected.
    """
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := set(COLUMNS) - set(reader.fieldnames or ()):
            expected = ", ".join(COLUMNS)
            words = f"expected the columns {expected}; missing: {', '.join(sorted(missing))}"
            raise SourceError(path, words)
        students: dict[str, Student] = {}
        for row in reader:
            student = Student(*((row[column] or "").strip() for column in COLUMNS))
            try:
                check_id(student.id)
            except ArgumentError as error:
                raise SourceError(path, f"line {reader.line_num}: {error}") from error
            if student.id in students:
                raise SourceError(path, f"line {reader.line_num}: id {student.id!r} comes twice")
            students[student.id] = student
    return list(students.values())


def check_id(student: str) -> None:
    """Refuse an id that cannot be a folder's name or that nbgrader would read as a pattern.

    Examples
    --------
    >>> check_id(".anna")
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: id: expected a letter or digit first, got .anna
    """
    if not re.fullmatch(r"\w.*", student):
        raise ArgumentError("id", "a letter or digit first", student or "nothing")
    if not re.fullmatch(r"[^/\\+*?\[\]{}\x00-\x1f\x7f]{1,100}", student):
        words = "at most 100 characters, none of / \\ + * ? [ ] { }"
        raise ArgumentError("id", words, student)
