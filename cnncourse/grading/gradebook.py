"""Reading and writing nbgrader's gradebook beside what its own converters do."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import select

from cnncourse.grading.results import BY_HAND, Part, status_of

Open = Callable[[], Gradebook]


def open_gradebook(coursedir: CourseDirectory) -> Gradebook:
    """Open a course's gradebook, or make it."""
    with _scripts_on_path():
        return Gradebook(coursedir.db_url, coursedir.course_id)


@contextmanager
def _scripts_on_path() -> Iterator[None]:
    """Let nbgrader find `alembic`, which it runs by name when it makes a gradebook.

    Without this, a Python that is called by its path, its environment not activated, cannot.
    """
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


@dataclass(frozen=True)
class Grades:
    """What the gradebook holds of one submission.

    Parameters
    ----------
    scores : dict of str to float
        By grade_id, where a test or a person has spoken.
    comments : dict of str to str
        Written by a person, by grade_id.
    penalty : float
        For lateness.
    """

    scores: dict[str, float]
    comments: dict[str, str]
    penalty: float

    def apply(self, part: Part) -> Part:
        """Let the gradebook's score and comment win over what the notebook shows."""
        if part.grade_id in self.comments:
            part = replace(part, message=self.comments[part.grade_id])
        score = self.scores.get(part.grade_id)
        if score is None or (score == part.score and part.status != BY_HAND):
            return part
        return replace(part, score=score, status=status_of(score, part.max_score))


NO_GRADES = Grades({}, {}, 0.0)


def read_grades(open_gradebook: Open, assignment: str) -> dict[str, Grades]:
    """Read the grades of an assignment, by student."""
    found: dict[str, Grades] = {}
    with open_gradebook() as gradebook:
        db = gradebook.db
        for student, penalty in db.execute(_of(assignment, _PENALTY, SubmittedNotebook)):
            before = found.get(student, NO_GRADES).penalty
            found[student] = Grades({}, {}, before + (penalty or 0.0))
        scored = Grade.manual_score.is_not(None) | Grade.auto_score.is_not(None)
        query = _of(assignment, (BaseCell.name, Grade.score), Grade).where(scored)
        for student, name, score in db.execute(query):
            found[student].scores[name] = score
        query = _of(assignment, (BaseCell.name, Comment.manual_comment), Comment)
        for student, name, comment in db.execute(query.where(Comment.manual_comment != "")):
            found[student].comments[name] = comment
    return found


_PENALTY = (SubmittedNotebook.late_submission_penalty,)


def _of(assignment: str, columns: tuple[Any, ...], table: Any) -> Any:
    """Select columns of a submission's rows, the student's id first."""
    query = select(SubmittedAssignment.student_id, *columns).select_from(table)
    if table is not SubmittedNotebook:
        query = query.join(BaseCell, BaseCell.id == table.cell_id).join(
            SubmittedNotebook, SubmittedNotebook.id == table.notebook_id
        )
    return (
        query.join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment)
    )
