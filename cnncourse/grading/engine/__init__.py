"""The judging half of the grader: one submission in, one `Result` out.

A submission is a stranger's program. Four processes keep it from the verdict:

    the grader    reads the submission's bytes, rebuilds the notebook, writes the result
      the warm process     has imported what the assignment needs; knows no test and no submission
        the checker        holds the tests, hidden ones included, and forms the verdict
        the student        runs the student's cells in the sandbox, and is asked for values

Warm process, checker and student are forked, so that each starts in milliseconds. Between checker
and student go JSON and the bytes of arrays, never objects; nothing that comes from the student is
unpickled, executed or rendered. docs/sandbox.md says what this withstands and what it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncourse.grading.engine.bundle import Bundle
    from cnncourse.grading.engine.grader import Grader, grade

__all__ = ["Bundle", "Grader", "grade"]


def __getattr__(name: str) -> Any:
    """Import on demand: the warm process imports its own part of this package and no more."""
    if name == "Bundle":
        from cnncourse.grading.engine.bundle import Bundle

        return Bundle
    if name in ("Grader", "grade"):
        from cnncourse.grading.engine import grader

        return getattr(grader, name)
    raise AttributeError(name)
