"""What a class's results say about the assignment: which parts are hard, and what goes wrong."""

from __future__ import annotations

import math
import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnncourse.grading.results import FAILED, GRADED, PARTIAL, Part, Result

BARS = 10
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_QUOTED = re.compile(r"'[^']*'|“[^”]*”|`[^`]*`")


@dataclass(frozen=True)
class PartAnalysis:
    """One part, over the class.

    Parameters
    ----------
    title : str
    points : float
    difficulty : float
        The mean share of its points that was earned: 1 is easy. NaN where nobody was scored.
    discrimination : float
        Correlation of its score with the points of all other parts. Near 0 or below, the part
        measures something else, or its test is wrong. NaN where all scores are equal.
    full, none : int
        Students with all of its points, and with none.
    seconds : float
        Median time its tests ran.
    """

    title: str
    points: float
    difficulty: float
    discrimination: float
    full: int
    none: int
    seconds: float


@dataclass(frozen=True)
class Failure:
    """A message that several students were given, but for the numbers and names in it."""

    title: str
    message: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Analysis:
    """What a class's results say.

    Parameters
    ----------
    results : tuple of Result
        Of everyone.
    graded : tuple of Result
    bars : tuple of int
        How many graded students earned 0-10 %, 10-20 %, ... of all points so far.
    parts : tuple of PartAnalysis
    failures : tuple of Failure
        The commonest first.
    """

    results: tuple[Result, ...]
    graded: tuple[Result, ...]
    bars: tuple[int, ...]
    parts: tuple[PartAnalysis, ...]
    failures: tuple[Failure, ...]

    @property
    def median(self) -> float:
        """Median of the totals, in points; NaN where nobody was graded."""
        return statistics.median(r.total for r in self.graded) if self.graded else math.nan

    def flagged(self, word: str) -> list[tuple[str, str]]:
        """List students with a flag that begins with a word, and the flag."""
        return [(r.student, f) for r in self.results for f in r.flags if f.startswith(word)]

    def with_status(self, status: str) -> list[Result]:
        """List the results of a status."""
        return [result for result in self.results if result.status == status]


def analyse(results: Iterable[Result]) -> Analysis:
    """Look at the results of one assignment.

    Parameters
    ----------
    results : iterable of Result

    Examples
    --------
    >>> part = Part("test_pad", "Padding", 1.0, 2.0, PARTIAL, message="2 rows too many")
    >>> one = Result("anna", "02", GRADED, "", parts=(part,))
    >>> analyse([one]).parts[0].difficulty
    0.5
    """
    results = tuple(results)
    graded = tuple(result for result in results if result.status == GRADED)
    columns = zip(*(result.parts for result in graded), strict=True)
    return Analysis(
        results=results,
        graded=graded,
        bars=_bars(graded),
        parts=tuple(_analyse_part(column, graded) for column in columns),
        failures=tuple(_failures(graded)),
    )


def _bars(graded: Sequence[Result]) -> tuple[int, ...]:
    bars = [0] * BARS
    for result in graded:
        share = result.total / result.total_max if result.total_max else 0.0
        bars[min(int(share * BARS), BARS - 1)] += 1
    return tuple(bars)


def _analyse_part(column: Sequence[Part], graded: Sequence[Result]) -> PartAnalysis:
    points = column[0].max_score
    pairs = [
        (part.score, sum(other.score for other in result.parts) - part.score)
        for part, result in zip(column, graded, strict=True)
        if not part.manual or part.status != "needs manual grade"
    ]
    scores = [own for own, _ in pairs]
    return PartAnalysis(
        title=column[0].title,
        points=points,
        difficulty=statistics.fmean(scores) / points if scores and points else math.nan,
        discrimination=_correlation(pairs),
        full=sum(score >= points for score in scores),
        none=sum(score == 0 for score in scores),
        seconds=statistics.median(part.seconds for part in column),
    )


def _correlation(pairs: Sequence[tuple[float, float]]) -> float:
    try:
        return statistics.correlation(*zip(*pairs, strict=True))
    except (statistics.StatisticsError, TypeError):  # fewer than two, or all of them equal
        return math.nan


def _failures(graded: Iterable[Result]) -> list[Failure]:
    """Group the messages that differ only in numbers and in what is quoted."""
    who: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for result in graded:
        for part in result.parts:
            if part.status in (FAILED, PARTIAL) and part.message:
                gist = _NUMBER.sub("#", _QUOTED.sub("…", part.message))
                who[part.title, gist].append((result.student, part.message))
    groups = [
        Failure(title, found[0][1], tuple(student for student, _ in found))
        for (title, _), found in who.items()
    ]
    return sorted(groups, key=lambda group: (-len(group.students), group.title, group.message))
