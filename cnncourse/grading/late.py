"""What lateness costs: grace, percent per day begun, a cap, free days, extensions.

The course's `nbgrader_config.py` sets the rule and names `LatePolicy` as nbgrader's plugin, so that
stock `nbgrader autograde` takes off the same points. Due dates stand in the gradebook.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Dict, Float, Integer, TraitError, validate

SECONDS_PER_DAY = 86_400


class LatePolicy(LateSubmissionPlugin):
    """The course's rule for what is handed in late.

    A student's free days are spent in the order of the due dates, whole days at a time, on as much
    lateness as they cover; what is left costs `percent_per_day` of the points earned for each day
    begun, and never more than `cap_percent`.
    """

    grace_minutes = Float(0.0, help="Lateness up to this many minutes is none.").tag(config=True)
    percent_per_day = Float(
        0.0, help="Percent of the points earned that each day begun costs."
    ).tag(config=True)
    cap_percent = Float(100.0, help="The most that lateness takes, in percent.").tag(config=True)
    free_days = Integer(
        0, help="Late days that each student may use in the whole course at no cost."
    ).tag(config=True)
    extensions = Dict(
        help="More days for some: {'02_convolution': {'anna': 2}}; nbgrader's own count as well."
    ).tag(config=True)

    @validate("grace_minutes", "percent_per_day", "cap_percent", "free_days")
    def _not_negative(self, proposal: dict) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        most = 100.0 if name in ("percent_per_day", "cap_percent") else math.inf
        if not 0 <= value <= most:
            expected = "from 0 to 100" if most == 100.0 else "0 or more"
            raise TraitError(f"LatePolicy.{name}: expected {expected}, got {value}")
        return value

    def days_late(self, assignment: str, student: str, seconds: float) -> int:
        """Count the days begun after the due date and the student's extension.

        Parameters
        ----------
        assignment, student : str
        seconds : float
            After the due date.
        """
        seconds -= self.extensions.get(assignment, {}).get(student, 0) * SECONDS_PER_DAY
        return 0 if seconds <= self.grace_minutes * 60 else math.ceil(seconds / SECONDS_PER_DAY)

    def fraction(self, days: int) -> float:
        """Say which part of the points so many late days cost, free days already taken off.

        Examples
        --------
        >>> policy = LatePolicy(percent_per_day=10.0, cap_percent=25.0)
        >>> [policy.fraction(days) for days in (0, 1, 2, 3)]
        [0.0, 0.1, 0.2, 0.25]
        """
        return min(days * self.percent_per_day, self.cap_percent) / 100

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Take off points as `assign_penalties` does; nbgrader's autograde calls this."""
        submissions = late_submissions(self.parent.gradebook, student_id)
        charged = charged_days(submissions, self)
        return score * self.fraction(charged.get((self.parent.assignment_id, student_id), 0))


@dataclass(frozen=True)
class Lateness:
    """How late a student handed an assignment in, in seconds; 0 or less is in time."""

    assignment: str
    student: str
    seconds: float


def late_submissions(gradebook: Gradebook, student: str | None = None) -> list[Lateness]:
    """Find what was handed in after its due date, in the order of the due dates.

    Parameters
    ----------
    gradebook : Gradebook
    student : str, optional
        Of this student alone.
    """
    late = (
        gradebook.db.query(SubmittedAssignment)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .filter(Assignment.duedate.isnot(None), SubmittedAssignment.timestamp > Assignment.duedate)
        .order_by(Assignment.duedate, Assignment.name)
    )
    if student is not None:
        late = late.filter(SubmittedAssignment.student_id == student)
    return [Lateness(s.name, s.student_id, s.total_seconds_late) for s in late]


def charged_days(
    submissions: Iterable[Lateness], policy: LatePolicy
) -> dict[tuple[str, str], int]:
    """Spend each student's free days on the first late submissions; count what is left.

    Parameters
    ----------
    submissions : iterable of Lateness
        In the order of the due dates.
    policy : LatePolicy

    Returns
    -------
    dict of (assignment, student) to int
        Days that cost points.

    Examples
    --------
    >>> two_days = [Lateness(name, "anna", 100_000) for name in ("one", "two")]
    >>> charged_days(two_days, LatePolicy(free_days=3))
    {('one', 'anna'): 0, ('two', 'anna'): 1}
    """
    free: dict[str, int] = {}
    charged = {}
    for late in submissions:
        days = policy.days_late(late.assignment, late.student, late.seconds)
        left = free.get(late.student, policy.free_days)
        spent = min(days, left)
        free[late.student] = left - spent
        charged[late.assignment, late.student] = days - spent
    return charged


def assign_penalties(gradebook: Gradebook, policy: LatePolicy) -> None:
    """Write every penalty of the course anew, from the scores that the gradebook holds now.

    Scores given by hand after autograding change what a percentage takes off, and a change in one
    assignment may change how many free days are left for the next.
    """
    charged = charged_days(late_submissions(gradebook), policy)
    for submission in _penalised_or_late(gradebook):
        days = charged.get((submission.name, submission.student_id), 0)
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = notebook.score * policy.fraction(days) or None
    gradebook.db.commit()


def _penalised_or_late(gradebook: Gradebook) -> list[SubmittedAssignment]:
    late = (Assignment.duedate.isnot(None)) & (SubmittedAssignment.timestamp > Assignment.duedate)
    return (
        gradebook.db.query(SubmittedAssignment)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .filter(late | (SubmittedAssignment.late_submission_penalty > 0))
        .all()
    )
