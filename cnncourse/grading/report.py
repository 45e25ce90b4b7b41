"""The instructor's page on an assignment: one HTML file that needs nothing but itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnncourse.authoring.build import write_atomically
from cnncourse.grading.analysis import Analysis
from cnncourse.grading.pages import render_page
from cnncourse.grading.results import DIED, NO_SANDBOX, REFUSED, SANDBOX, TIMED_OUT, USED
from cnncourse.grading.similarity import Pair

MOST_FAILURES = 15
FORMGRADER = "http://localhost:8888/formgrader/gradebook/{}"


def write_report(
    assignment: str,
    analysis: Analysis,
    pairs: Sequence[Pair],
    answers: Mapping[str, str],
    path: Path,
) -> Path:
    """Write the report on an assignment.

    Parameters
    ----------
    assignment : str
    analysis : Analysis
    pairs : sequence of Pair
        Of similar answers.
    answers : mapping of str to str
        The code of those who are in a pair, at least.
    path : Path
    """
    html = render_page(
        "report.html.j2",
        filters={"share": as_share, "number": as_number},
        assignment=assignment,
        analysis=analysis,
        pairs=pairs,
        answers=answers,
        to_look_at=_to_look_at(analysis),
        pending=sum(result.pending > 0 for result in analysis.graded),
        sandbox_off=bool(analysis.flagged(NO_SANDBOX)),
        formgrader=FORMGRADER.format(assignment),
        most_failures=MOST_FAILURES,
    )
    write_atomically(path, html)
    return path


def as_share(value: float) -> str:
    """Write a share as a percentage, a dash for none.

    Examples
    --------
    >>> as_share(0.725), as_share(math.nan)
    ('72 %', '–')
    """
    return "–" if math.isnan(value) else f"{100 * value:.0f} %"


def as_number(value: float) -> str:
    """Write a number with two digits, a dash for none.

    Examples
    --------
    >>> as_number(-0.254), as_number(math.nan)
    ('−0.25', '–')
    """
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-", "−")


def _to_look_at(analysis: Analysis) -> list[tuple[str, list[tuple[str, str]]]]:
    repaired = [(r.student, "; ".join(r.repairs)) for r in analysis.results if r.repairs]
    hits = [(who, why) for who, why in analysis.flagged(SANDBOX) if not why.startswith(NO_SANDBOX)]
    return [
        ("Refused", [(r.student, r.reason) for r in analysis.with_status(REFUSED)]),
        ("Repaired before grading", repaired),
        ("Hit a time limit", analysis.flagged(TIMED_OUT)),
        ("The process died", analysis.flagged(DIED)),
        ("Used what the assignment forbids", analysis.flagged(USED)),
        ("Stopped by the sandbox", hits),
    ]
