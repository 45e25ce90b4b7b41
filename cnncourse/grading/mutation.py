"""How many small mistakes in the reference answers an exercise's tests find."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnncourse.authoring.source import Exercise
from cnncourse.errors import SourceError
from cnncourse.grading.mutants import Mutant, mutants
from cnncourse.grading.prover import Claim, Outcome
from cnncourse.grading.slices import ANSWER, TESTS, Cell

ENOUGH = 0.95  # of the mutants of each answer, the equivalent ones left out
_SHORTEST = 1.0  # seconds that a mutant's tests may take
_TIMES = 5  # as long as the reference's, and so much on top


@dataclass(frozen=True)
class Tally:
    """What became of the mutants of one answer.

    Parameters
    ----------
    grade_id : str
    killed : int
    survived : tuple of str
        Labels of those that earn everything and should not.
    equivalent : tuple of str
        Labels of those that were shown to do what the reference does.
    """

    grade_id: str
    killed: int
    survived: tuple[str, ...]
    equivalent: tuple[str, ...]

    @property
    def rate(self) -> float:
        """Share of the mutants that the tests find."""
        meant = self.killed + len(self.survived)
        return self.killed / meant if meant else 1.0

    @property
    def enough(self) -> bool:
        """Whether that is what the course asks for."""
        return self.rate >= ENOUGH


def mutants_of(cells: Iterable[Cell]) -> dict[str, Mutant]:
    """Make the mutants of all answers of a notebook, by their labels."""
    answers = (cell for cell in cells if cell.kind == ANSWER)
    return {m.label: m for cell in answers for m in mutants(cell.id, cell.source)}


def claims_of(found: Iterable[Mutant], reference: Outcome) -> list[Claim]:
    """Write claims that try mutants; a mutant that loops is stopped soon.

    Parameters
    ----------
    found : iterable of Mutant
    reference : dict of str to Shown
        What the tests cells show of the reference.
    """
    limit = _SHORTEST + _TIMES * sum(one.seconds for one in reference.values())
    return [
        Claim(m.label, {m.label.partition(":")[0]: m.source}, until_lost=True, seconds=limit)
        for m in found
    ]


def survivors(cells: Sequence[Cell], outcomes: Mapping[str, Outcome]) -> list[str]:
    """Name the claims that earn everything."""
    points = {cell.id: cell.points for cell in cells if cell.kind == TESTS}
    return [
        name
        for name, outcome in outcomes.items()
        if all(one.score >= points[key] for key, one in outcome.items() if key in points)
    ]


def tally(labels: Iterable[str], survived: Iterable[str], equal: Iterable[str]) -> list[Tally]:
    """Count mutants by answer.

    Examples
    --------
    >>> [found] = tally(["f:1:a", "f:2:b", "f:3:c"], ["f:2:b", "f:3:c"], ["f:3:c"])
    >>> found.killed, found.survived, found.rate
    (1, ('f:2:b',), 0.5)
    """
    alive, known = set(survived), set(equal)
    by_answer: dict[str, list[str]] = {}
    for label in labels:
        by_answer.setdefault(label.partition(":")[0], []).append(label)
    return [
        Tally(
            grade_id,
            killed=sum(label not in alive for label in found),
            survived=tuple(label for label in found if label in alive - known),
            equivalent=tuple(label for label in found if label in alive & known),
        )
        for grade_id, found in by_answer.items()
    ]


def read_equivalent(exercise: Exercise) -> dict[str, str]:
    """Read `equivalent.tsv` of an exercise: a mutant's label, a tab, why it changes nothing.

    Raises
    ------
    SourceError
        If a line is not of this kind.
    """
    file = exercise.folder / "equivalent.tsv"
    if not file.exists():
        return {}
    found: dict[str, str] = {}
    for number, row in enumerate(_rows(file), start=1):
        if len(row) != 2 or len(row[1].split()) < 3:
            words = f"line {number}: expected a mutant's label, a tab and the reason, got {row}"
            raise SourceError(file, words)
        found[row[0]] = row[1]
    return found


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def problems_with(
    equal: Iterable[str], labels: Iterable[str], survived: Iterable[str]
) -> list[str]:
    """Say which mutants that are called equivalent do not exist, or are found by the tests."""
    there, alive = set(labels), set(survived)
    return [
        f"equivalent.tsv: {label}: " + ("the tests find it" if label in there else "no such mutant")
        for label in equal
        if label not in alive
    ]
