"""An answer that knows by heart what the visible tests ask, and nothing else.

Whoever writes the visible tests' values into a function, instead of the function, must not pass.
`learning` makes such an answer of the reference: while the visible tests run, each function notes
what it is asked and what it gives back; when the whole test runs it gives that back again, and
None to whatever it has not been asked before.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import pickle
from collections.abc import Callable, Sequence
from typing import Any

from cnncourse.grading.engine.bundle import hidden_lines
from cnncourse.grading.engine.names import needed
from cnncourse.grading.prover import Claim
from cnncourse.grading.slices import ANSWER, TESTS, Cell

_learning = True


def claims(cells: Sequence[Cell], tests_with_marks: dict[str, str]) -> list[Claim]:
    """Write a claim for each tests cell that calls a function with parameters.

    Parameters
    ----------
    cells : sequence of Cell
    tests_with_marks : dict of str to str
        The sources of the tests cells with the marks of their hidden tests, by id.
    """
    learned = {cell.id: learning(cell.source) for cell in cells if cell.kind == ANSWER}
    known = {name for cell in cells if cell.kind == ANSWER for name in functions(cell.source)}
    return [
        Claim(
            f"knows the visible part of {cell.id} by heart",
            {**learned, cell.id: in_two_rounds(cell.source, tests_with_marks[cell.id])},
            tests=(cell.id,),
        )
        for cell in cells
        if cell.kind == TESTS and known & needed(cell.source)
    ]


def functions(source: str) -> list[str]:
    r"""Name the functions of a cell that take something.

    Examples
    --------
    >>> functions("def f(x): return x\ndef g(): return 1\nclass C: pass")
    ['f']
    """
    found = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return [node.name for node in found if any(isinstance(a, ast.arg) for a in ast.walk(node.args))]


def learning(source: str) -> str:
    """Let the functions of an answer learn by heart."""
    lines = [f"{name} = _by_heart({name})" for name in functions(source)]
    if not lines:
        return source
    bring = "from cnncourse.grading.replay import by_heart as _by_heart"
    return "\n".join([source, "", bring, *lines])


def in_two_rounds(source: str, with_marks: str) -> str:
    """Run the visible part of a tests cell first, for the answers to learn, and then all of it."""
    hidden = set(hidden_lines(with_marks))
    lines = source.split("\n")
    visible = [line for number, line in enumerate(lines, 1) if number not in hidden]
    bring = "from cnncourse.grading.replay import begin as _begin"
    return "\n".join([bring, "_begin(True)", *visible, "_begin(False)", *lines])


def begin(learn: bool) -> None:
    """Begin a round: let functions learn, or let them repeat what they know."""
    global _learning
    from cnncourse.grading.engine.checker import start_chance

    _learning = learn
    start_chance(0)


def by_heart(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that learns what it gives back, and later knows nothing else."""
    known: dict[bytes, Any] = {}

    @functools.wraps(function)
    def learner(*args: Any, **kwargs: Any) -> Any:
        asked = _spelt((args, kwargs))
        if not _learning:
            return copy.deepcopy(known.get(asked))
        given = function(*args, **kwargs)
        with contextlib.suppress(Exception):
            known[asked] = copy.deepcopy(given)
        return given

    return learner


def _spelt(value: Any) -> bytes:
    try:
        return pickle.dumps(value)
    except Exception:
        return repr(value).encode()
