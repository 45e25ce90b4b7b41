"""All that is needed to grade one assignment, as bytes that may travel to any machine."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbformat import NotebookNode

from cnncourse.errors import ArgumentError
from cnncourse.grading.engine import names

if TYPE_CHECKING:
    from cnncourse.authoring.source import Exercise

FORMAT = 1  # of the bytes; another meaning of a field wants another number
DEFAULT_SECONDS = 30
_HIDDEN = "HIDDEN TESTS"


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Parameters
    ----------
    seconds_per_cell : float
        CPU time of a cell; three times as long on the clock.
    seconds_per_submission : float
        On the clock, for everything.
    memory : int
        Bytes, of all the student's processes together, beyond what they start with.
    processes : int
        At one time.
    disk : int
        Bytes in the student's folders, which lie in memory.
    message : int
        Bytes of one value that goes to the student's process or comes from it.
    output : int
        Characters that a cell may print before the rest is cut off.
    """

    seconds_per_cell: float = DEFAULT_SECONDS
    seconds_per_submission: float = 300
    memory: int = 2 << 30
    processes: int = 64
    disk: int = 128 << 20
    message: int = 64 << 20
    output: int = 100_000


@dataclass(frozen=True)
class Bundle:
    """What it takes to grade one assignment; the hidden tests are here and nowhere else.

    Parameters
    ----------
    name : str
        Of the assignment.
    release : NotebookNode
        The notebook as students got it.
    tests : dict of str to str
        Source of each tests cell, hidden tests included, by grade_id.
    hidden : dict of str to list of int
        The numbers of those of its lines that students do not see, by grade_id.
    answers : dict of str to list of str
        The names that each answer cell makes in the reference solution, by grade_id.
    may_not_call : tuple of str
    limits : Limits
    """

    name: str
    release: NotebookNode
    tests: dict[str, str]
    hidden: dict[str, list[int]]
    answers: dict[str, list[str]]
    may_not_call: tuple[str, ...] = ()
    limits: Limits = Limits()

    @classmethod
    def from_exercise(cls, exercise: Exercise, limits: Limits | None = None) -> Bundle:
        """Make the bundle of an exercise."""
        from cnncourse.grading.annotate import release_of, with_notes

        return cls.from_notebooks(with_notes(exercise), release_of(exercise), limits)

    @classmethod
    def from_notebooks(
        cls, source: NotebookNode, release: NotebookNode, limits: Limits | None = None
    ) -> Bundle:
        """Make the bundle of an assignment from a course's instructor version and its release.

        Parameters
        ----------
        source, release : NotebookNode
            As in nbgrader's `source/` and `release/`.
        limits : Limits, optional
            By default what the notebook's notes say.
        """
        about = source.metadata.get("cnncourse", {})
        seconds = float(about.get("seconds_per_cell", DEFAULT_SECONDS))
        parts = [cell for cell in source.cells if is_test(cell)]
        return cls(
            name=about.get("exercise", ""),
            release=release,
            tests={_id(c): _without_marks(c.source) for c in parts},
            hidden={_id(c): hidden_lines(c.source) for c in parts},
            answers={
                _id(c): sorted(names.made(_without_marks(c.source)))
                for c in source.cells
                if is_answer(c) and c.cell_type == "code"
            },
            may_not_call=tuple(about.get("may_not_call", ())),
            limits=limits or Limits(seconds, max(120.0, 6 * seconds)),
        )

    def visible(self) -> Bundle:
        """Leave out the hidden tests: what a student's own check runs."""
        tests = {
            key: "\n".join(
                line
                for number, line in enumerate(source.split("\n"), 1)
                if number not in self.hidden[key]
            )
            for key, source in self.tests.items()
        }
        return replace(self, tests=tests, hidden={key: [] for key in tests})

    def to_bytes(self) -> bytes:
        """Write as JSON; equal bundles give equal bytes."""
        return json.dumps(
            {"format": FORMAT, **asdict(self)}, sort_keys=True, ensure_ascii=False
        ).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Bundle:
        """Read what `to_bytes` wrote.

        Raises
        ------
        ArgumentError
            If it is of another format.
        """
        fields = json.loads(data)
        if (found := fields.pop("format", None)) != FORMAT:
            raise ArgumentError("data", f"a bundle of format {FORMAT}", found)
        fields["release"] = nbformat.from_dict(fields["release"])
        fields["limits"] = Limits(**fields["limits"])
        fields["may_not_call"] = tuple(fields["may_not_call"])
        return cls(**fields)

    @property
    def key(self) -> str:
        """Name everything in it."""
        return _hash(engine_edition(), json.loads(self.to_bytes()))

    def part_key(self, grade_id: str) -> str:
        """Name all that one part's score depends on, beside the submission and the seed.

        That is its tests and those they build on, its points, the code above it, which runs before
        it, and what applies to all parts. Prose and what stands below it do not count.
        """
        needs = [grade_id, *self.needs(grade_id)]
        above = takewhile(lambda cell: _id(cell) != grade_id, self.release.cells)
        return _hash(
            engine_edition(),
            [[key, self.tests[key], self.hidden[key]] for key in needs],
            self._points(grade_id),
            [cell.source for cell in above if cell.cell_type == "code" and not is_test(cell)],
            self.definitions,
            self.answers,
            self.may_not_call,
            asdict(self.limits),
        )

    @cached_property
    def definitions(self) -> str:
        """Collect what the released cells define, answers and tests left out."""
        given = [
            cell.source
            for cell in self.release.cells
            if cell.cell_type == "code" and not is_answer(cell) and not is_test(cell)
        ]
        return names.definitions(given)

    def needs(self, grade_id: str) -> list[str]:
        """Name the earlier tests cells that make names this one reads, directly or not."""
        before = list(self.tests)[: list(self.tests).index(grade_id)]
        read, found = names.needed(self.tests[grade_id]), set()
        for key in reversed(before):
            if read & names.made(self.tests[key]):
                found.add(key)
                read |= names.needed(self.tests[key])
        return [key for key in before if key in found]

    def _points(self, grade_id: str) -> float:
        return next(c.metadata.nbgrader.points for c in self.release.cells if _id(c) == grade_id)


@cache
def engine_edition() -> str:
    """Name the code that judges, so that what another has judged is run again.

    What it means counts; its comments and line breaks do not.
    """
    engine = Path(__file__).parent
    room, package = engine.parents[:2]
    beside = [room / "intake.py", room / "results.py", package / "probes.py"]
    files = [path for path in sorted(engine.glob("*.py")) if path.name != "lint.py"]
    return _hash([ast.dump(ast.parse(path.read_text("utf-8"))) for path in [*files, *beside]])


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell holds tests that earn points."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("grade") and not meta.get("solution"))


def is_answer(cell: NotebookNode) -> bool:
    """Whether a cell is for students to fill."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def hidden_lines(source: str) -> list[int]:
    r"""Number the lines of a tests cell without its marks that students do not see, from 1.

    Examples
    --------
    >>> hidden_lines("a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc")
    [2]
    """
    found, number, inside = [], 0, False
    for line in source.split("\n"):
        if mark := re.search(f"### (BEGIN|END) {_HIDDEN}", line):
            inside = mark[1] == "BEGIN"
            continue
        number += 1
        found += [number] if inside else []
    return found


def _without_marks(source: str) -> str:
    """Drop nbgrader's marks and keep what they enclose."""
    marks = f"### (BEGIN|END) ({_HIDDEN}|SOLUTION)"
    return "\n".join(line for line in source.split("\n") if not re.search(marks, line))


def _id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _hash(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Iterable[Any]) -> list[Any]:
    return list(value)
