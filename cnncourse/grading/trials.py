"""What one worker tries of one exercise, claim by claim; see `cnncourse.grading.prover`."""

from __future__ import annotations

import builtins
import doctest
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cnncourse.grading.engine.names import needed
from cnncourse.grading.mutants import Mutant
from cnncourse.grading.mutation import claims_of
from cnncourse.grading.prover import Claim, Outcome, prove
from cnncourse.grading.slices import TESTS, Cell, changed_cells, touched


@dataclass(frozen=True)
class Trials:
    """What is to be tried.

    Parameters
    ----------
    cells : tuple of Cell
        The notebook's code with the reference answers and all tests.
    mutants : tuple of Mutant
    seeds : tuple of int
        Students, each with other random numbers.
    variants : dict of str to dict of str to str
        Right answers by the name of their file and their cell, tried with every seed.
    claims : tuple of Claim
        Others.
    """

    cells: tuple[Cell, ...]
    mutants: tuple[Mutant, ...] = ()
    seeds: tuple[int, ...] = ()
    variants: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Tried:
    """What became of it, by the names of the claims.

    Parameters
    ----------
    reference : dict of str to Shown
    mutants, seeds, claims : dict of str to dict of str to Shown
    """

    reference: Outcome
    mutants: dict[str, Outcome]
    seeds: dict[str, Outcome]
    claims: dict[str, Outcome]


def attempt(trials: Trials) -> Tried:
    """Try the reference, and then what is to be tried of it."""
    reference = prove(trials.cells, [Claim("reference")])["reference"]
    groups = {
        "mutants": claims_of(trials.mutants, reference),
        "seeds": list(_seeds(trials, reference)),
        "claims": list(trials.claims),
    }
    found = prove(trials.cells, [claim for group in groups.values() for claim in group])
    named = {
        name: {claim.name: found[claim.name] for claim in group} for name, group in groups.items()
    }
    return Tried(reference, **named)


def _seeds(trials: Trials, reference: Outcome) -> Iterable[Claim]:
    """Write a claim for each seed and set of answers; tests without chance need no second run."""
    chancy = {key for key, one in reference.items() if one.chance}
    for name, answers in {"reference": {}, **trials.variants}.items():
        run = touched(trials.cells, changed_cells(trials.cells, answers)) if answers else None
        tests = tuple(
            cell.id for n, cell in enumerate(trials.cells)
            if cell.kind == TESTS and cell.id in chancy and (run is None or n in run)
        )  # fmt: skip
        for seed in trials.seeds if tests else ():
            yield Claim(f"{name}, student {seed}", answers, tests, seed)


def with_examples(cells: Sequence[Cell], docstrings: Mapping[str, str]) -> tuple[Cell, ...]:
    """Put a tests cell behind the others that runs the examples of docstrings.

    Parameters
    ----------
    cells : sequence of Cell
    docstrings : mapping of str to str
        By the name of what they document.
    """
    return (*cells, *(_examples(name, text) for name, text in docstrings.items()))


def _examples(name: str, docstring: str) -> Cell:
    parser = doctest.DocTestParser()
    code = "".join(example.source for example in parser.get_examples(docstring))
    read = sorted(needed(code) - set(dir(builtins)))
    about = f"{docstring!r}, globals(), {name!r}, None, 0"
    lines = [
        f"_read = [{', '.join(read)}]",
        "import doctest as _doctest",
        f"_test = _doctest.DocTestParser().get_doctest({about})",
        "_said = []",
        "_failed = _doctest.DocTestRunner().run(_test, out=_said.append).failed",
        "assert not _failed, ''.join(_said)[-500:]",
    ]
    return Cell(f"examples of {name}", TESTS, "\n".join(lines), 1.0)


def parts_that_depend(cells: Sequence[Cell], answers: Mapping[str, str]) -> tuple[str, ...]:
    """Name the tests cells that may show something else with other answers."""
    run = touched(cells, changed_cells(cells, dict(answers)))
    return tuple(cell.id for n, cell in enumerate(cells) if n in run and cell.kind == TESTS)


def split(trials: Trials, parts: int) -> list[Trials]:
    """Split trials into so many, of about equal length."""
    empty = replace(trials, mutants=(), seeds=(), claims=())
    return [
        replace(
            empty, mutants=trials.mutants[n::parts], seeds=trials.seeds[n::parts],
            claims=trials.claims[n::parts],
        )
        for n in range(parts)
    ]  # fmt: skip

