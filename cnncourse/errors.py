"""The exceptions of the course; each says what was expected and what came instead.

    CourseError
    ├── ArgumentError (also ValueError)   an argument of a function
    │   └── ShapeError                    ... whose shape or size is the problem
    ├── SourceError                       a file of the course's author
    ├── SubmissionError                   a file of a student
    └── SetupError                        something missing on this machine
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class CourseError(Exception):
    """Anything the course refuses, with a message written for the person who meets it."""


class ArgumentError(CourseError, ValueError):
    """An argument is not what the function expects.

    Parameters
    ----------
    argument : str
        The argument's name, as in the function's signature.
    expected : str
        What would have been right, in words.
    got : object
        What came.

    Examples
    --------
    >>> raise ArgumentError("stride", "an integer of at least 1", 0)
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: stride: expected an integer of at least 1, got 0
    """

    def __init__(self, argument: str, expected: str, got: object) -> None:
        super().__init__(f"{argument}: expected {expected}, got {got}")
        self.argument = argument


class ShapeError(ArgumentError):
    """An array has the wrong number of axes, or sizes that do not fit together."""


def unknown_name(name: object, known: Iterable[str], kind: str) -> ArgumentError:
    """Make the error for a name that nothing has, with the nearest one that something has.

    Parameters
    ----------
    name : object
    known : iterable of str
        In small letters.
    kind : str
        What has these names, such as "a lab".

    Examples
    --------
    >>> raise unknown_name("vidoe", ["audio", "video"], "a lab")
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: name: expected a lab (nearest: video), got 'vidoe'
    """
    known = list(known)
    near = difflib.get_close_matches(str(name).lower(), known, n=1)
    hint = f"nearest: {near[0]}" if near else f"there are {', '.join(known)}"
    return ArgumentError("name", f"{kind} ({hint})", repr(name))


class _FileError(CourseError):
    def __init__(self, path: Path | str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = Path(path)
        self.problem = problem


class SourceError(_FileError):
    """A file written by the course's author is not what the course expects."""


class SubmissionError(_FileError):
    """A student's file cannot be graded; the others still are."""


class SetupError(CourseError):
    """This machine lacks something; the message says what to install."""
