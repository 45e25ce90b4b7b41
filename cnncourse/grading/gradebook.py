"""Reading and writing nbgrader's gradebook beside what its own converters do."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

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
    with open_gradebook() as gradebook:
        return {
            submission.student_id: Grades(
                scores={
                    grade.name: grade.score
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                    if grade.manual_score is not None or grade.auto_score is not None
                },
                comments={
                    comment.name: comment.manual_comment
                    for notebook in submission.notebooks
                    for comment in notebook.comments
                    if comment.manual_comment
                },
                penalty=submission.late_submission_penalty or 0.0,
            )
            for submission in gradebook.assignment_submissions(assignment)
        }


def score_nothing(open_gradebook: Open, assignment: str, student: str, comment: str) -> None:
    """Score a refused submission as nbgrader scores a missing notebook; manual scores stay."""
    with open_gradebook() as gradebook:
        submission = gradebook.update_or_create_submission(assignment, student)
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                grade.auto_score, grade.needs_manual_grade = 0.0, False
            for note in notebook.comments:
                note.auto_comment = comment
        gradebook.db.commit()
