"""Whose answers resemble each other more than the task explains.

An answer is taken apart into its statements and expressions, their names replaced by numbers, so
that neither renaming nor reordering hides a copy. What the template, the reference or many students
have in common says nothing and hardly counts. A high figure is a reason to read two answers side by
side, and no more than that.

References
----------
Baxter et al., "Clone detection using abstract syntax trees", ICSM 1998.
"""

from __future__ import annotations

import ast
import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

SMALLEST = 6  # syntax nodes: a piece of fewer, such as `a + b`, is in everybody's code
COMMON = 0.1  # a piece that more than this share of the class wrote is the task's own
FEW = 10  # ... but in a small class, what this many wrote may still be a copy
SUSPICIOUS = 0.5
LEAST_SHARED = 8  # pieces: two answers of three lines may be equal by chance


@dataclass(frozen=True)
class Pair:
    """Two students and how much of the rarer pieces of the shorter answer both wrote.

    Parameters
    ----------
    first, second : str
        Students, in alphabetical order.
    score : float
        From 0 to 1: the weight of the shared pieces over that of the shorter answer's pieces.
    shared : int
        How many pieces both wrote, of those that few others did.
    """

    first: str
    second: str
    score: float
    shared: int


def find_similar(
    answers: Mapping[str, str],
    template: str = "",
    known: Iterable[str] = (),
    least: float = SUSPICIOUS,
) -> list[Pair]:
    """Find pairs of answers that share what others did not write.

    Parameters
    ----------
    answers : mapping of str to str
        Python code by student; what does not parse is compared line by line.
    template : str
        What every student was given.
    known : iterable of str
        The reference solution and other code that a task leads to by itself.
    least : float
        The lowest score to report.

    Returns
    -------
    list of Pair
        The most similar first.

    Examples
    --------
    >>> code = "m = sum(v) / len(v); out = [(x - m) ** 2 + 1e-5 for x in v]; print(out[0] - m * 3)"
    >>> copy = code.replace("x", "value")
    >>> pairs = find_similar({"anna": code, "ben": copy, "cleo": "out = 3"})
    >>> pairs[0].first, pairs[0].second, pairs[0].score
    ('anna', 'ben', 1.0)
    """
    given = set().union(*(pieces(code) for code in (template, *known)))
    taken_apart = {
        student: {key: size for key, size in pieces(code).items() if key not in given}
        for student, code in answers.items()
    }
    weights = _weights(taken_apart)
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for piece, students in _who_wrote(taken_apart, weights).items():
        for pair in combinations(students, 2):
            shared[pair].append(piece)
    totals = {
        student: sum(weights.get(piece, 0.0) for piece in found)
        for student, found in taken_apart.items()
    }
    pairs = [
        Pair(
            first, second,
            score=sum(weights[piece] for piece in found) / min(totals[first], totals[second]),
            shared=len(found),
        )
        for (first, second), found in shared.items()
    ]  # fmt: skip
    suspicious = (p for p in pairs if p.score >= least and p.shared >= LEAST_SHARED)
    return sorted(suspicious, key=lambda p: (-p.score, p.first, p.second))


def pieces(code: str) -> dict[str, int]:
    """Take code apart: for each statement or expression, a key and how many nodes it has.

    Equal keys mean equal code but for names, comments, docstrings and layout.

    Examples
    --------
    >>> pieces("total = first[0] * weight[0]").keys() == pieces("s=a[0]*b[0]  # sum").keys()
    True
    >>> pieces("total = first[0] * weight[0]").keys() == pieces("s = a[0] + b[0]").keys()
    False
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {_key(line.strip()): SMALLEST for line in code.splitlines() if line.strip()}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.expr) and not _is_docstring(node):
            parts = _describe(node)
            if len(parts) >= SMALLEST:
                found[_key(" ".join(parts))] = len(parts)
    return found


def _describe(node: ast.AST) -> list[str]:
    """Write a piece as one word per node; its own names become numbers, in order of appearance."""
    names: dict[str, int] = {}
    words = []
    for inner in _in_order(node):
        match inner:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                words.append(f"{type(inner).__name__}{names.setdefault(name, len(names))}")
            case ast.Attribute(attr=name) | ast.keyword(arg=name):
                words.append(f".{name}")
            case ast.Constant(value=value):
                words.append("text" if isinstance(value, str) else repr(value))
            case ast.expr_context():
                pass
            case _:
                words.append(type(inner).__name__)
    return words


def _in_order(node: ast.AST) -> Iterable[ast.AST]:
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        yield inner
        children = [c for c in ast.iter_child_nodes(inner) if not _is_docstring(c)]
        waiting.extend(reversed(children))


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _weights(taken_apart: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    """Weigh each piece by its size and rarity; what much of the class wrote counts nothing."""
    students = len(taken_apart)
    most = max(FEW, COMMON * students)
    writers = Counter(piece for found in taken_apart.values() for piece in found)
    sizes = {piece: size for found in taken_apart.values() for piece, size in found.items()}
    return {
        piece: sizes[piece] * math.log((students + 1) / count)
        for piece, count in writers.items()
        if count <= most
    }


def _who_wrote(
    taken_apart: Mapping[str, Mapping[str, int]], weights: Mapping[str, float]
) -> dict[str, list[str]]:
    who: dict[str, list[str]] = defaultdict(list)
    for student in sorted(taken_apart):
        for piece in taken_apart[student]:
            if piece in weights:
                who[piece].append(student)
    return who


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
