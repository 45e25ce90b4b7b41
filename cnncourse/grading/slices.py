"""Which cells of a notebook must run again when some of them change, and what these need.

Names say it: a cell depends on the cells that make what it reads before it has made it itself, and
on what these read, however far. In doubt a cell depends: a name that is bound on one way through
a cell and not on another counts as read, a function reads what its body reads, and a cell that
runs again may have changed whatever object it reads.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cnncourse.grading.engine import names

PLAIN, ANSWER, TESTS = "plain", "answer", "tests"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Parameters
    ----------
    id : str
        The grade_id where there is one.
    kind : str
        'plain', 'answer' or 'tests'.
    source : str
    points : float
        Of a tests cell.
    """

    id: str
    kind: str
    source: str
    points: float = 0.0


def changed_cells(cells: Sequence[Cell], answers: dict[str, str]) -> tuple[Cell, ...]:
    """Put other sources into answer cells, by their ids."""
    return tuple(replace(cell, source=answers.get(cell.id, cell.source)) for cell in cells)


def touched(before: Sequence[Cell], after: Sequence[Cell]) -> frozenset[int]:
    """Number the cells that may run otherwise, in one of two versions of a notebook.

    Parameters
    ----------
    before, after : sequence of Cell
        Of equal length.

    Examples
    --------
    >>> cells = [Cell("a", ANSWER, "def f(): return 1"), Cell("b", ANSWER, "def g(): return f()"),
    ...          Cell("t", TESTS, "got = 2"), Cell("u", TESTS, "got = g()")]
    >>> sorted(touched(cells, changed_cells(cells, {"a": "def f(): return 2"})))
    [0, 1, 3]
    """
    found = {n for n, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]}
    tainted = {name for n in found for name in _made(before[n], after[n])}
    running = {name for cell in after for name in _made_by_running(cell)}
    size = -1
    while size != len(found):
        size = len(found)
        for n, cell in enumerate(after):
            read = exposed(cell.source)
            if n in found or not read & tainted:
                continue
            found.add(n)
            tainted |= _made(cell) | (read & running)
    return frozenset(found)


def needed(cells: Sequence[Cell], wanted: Collection[int]) -> frozenset[int]:
    """Number the cells that make what the wanted ones read, directly or not, themselves included.

    Examples
    --------
    >>> cells = [Cell("a", PLAIN, "import math"), Cell("b", PLAIN, "print(3)"),
    ...          Cell("c", ANSWER, "def f(): return math.e"), Cell("t", TESTS, "assert f() > 2")]
    >>> sorted(needed(cells, [3]))
    [0, 2, 3]
    """
    last = max(wanted, default=-1)
    found: set[int] = set()
    waiting = list(wanted)
    while waiting:
        found.add(n := waiting.pop())
        read = exposed(cells[n].source)
        waiting += [m for m in range(last) if m not in found and read & _made(cells[m])]
    return frozenset(found)


@lru_cache(20_000)
def exposed(source: str) -> frozenset[str]:
    r"""Name what a cell may read from outside: whatever it has not surely made before.

    Examples
    --------
    >>> sorted(exposed("x = a\nif x:\n    y = 1\nz = [x * y * w for w in x]\nv = lambda w: w + u"))
    ['a', 'u', 'y']
    """
    tree = names.parse(source)
    found: set[str] = set()
    if tree is not None:
        _block(tree.body, set(), found)
    return frozenset(found)


def _made(*cells: Cell) -> frozenset[str]:
    return frozenset(name for cell in cells for name in names.made(cell.source))


@lru_cache(20_000)
def _made_by_running(cell: Cell) -> frozenset[str]:
    if cell.kind == ANSWER:
        return frozenset()
    return names.made(cell.source) - names.made(names.definitions([cell.source]))


# ---------------------------------------------------------------------------------------
# reading a cell from top to bottom


def _block(body: Iterable[ast.stmt], sure: set[str], found: set[str]) -> None:
    """Go through statements: `sure` learns what they surely make, `found` what they read."""
    for statement in body:
        match statement:
            case ast.If(test=test, body=yes, orelse=no):
                found |= _loads(test) - sure
                sure |= _both_ways([yes, no], sure, found)
            case ast.Try(body=tried, handlers=handlers, orelse=orelse, finalbody=final):
                ways = [[*tried, *orelse], *(handler.body for handler in handlers)]
                found |= {n for h in handlers if h.type for n in _loads(h.type)} - sure
                caught = {handler.name for handler in handlers if handler.name}
                sure |= _both_ways(ways, sure, found, caught)
                _block(final, sure, found)
            case ast.For(target=target, iter=items, body=inner, orelse=orelse):
                found |= _loads(items) - sure
                _block(inner, sure | _stores(target), found)
                _block(orelse, set(sure), found)
            case ast.While(test=test, body=inner, orelse=orelse):
                found |= _loads(test) - sure
                _block([*inner, *orelse], set(sure), found)
            case ast.With(items=items, body=inner):
                for item in items:
                    found |= _loads(item) - sure
                    sure |= _stores(item)
                _block(inner, sure, found)
            case _:
                found |= _loads(statement) - sure
                sure |= _stores(statement)


def _both_ways(
    ways: list[list[ast.stmt]], sure: set[str], found: set[str], caught: Collection[str] = ()
) -> set[str]:
    """Go through statements of which one list is run; give back what each of them makes."""
    ends = []
    for way in ways:
        end = set(sure)
        _block(way, end | set(caught), found)
        _block(way, end, set())
        ends.append(end)
    return set.intersection(*ends)


def _loads(node: ast.AST) -> set[str]:
    """Name what an expression or statement reads that is not local to a function inside it."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    if isinstance(node, _FUNCTIONS):
        inner = node.body if isinstance(node.body, list) else [node.body]
        own = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)} | _locals(inner)
        outer = [node.args, *getattr(node, "decorator_list", ())]
        return _all_loads(inner) - own | _all_loads(outer)
    if isinstance(node, _COMPREHENSIONS):
        first = node.generators[0].iter
        own = {name for one in node.generators for name in _stores(one.target)}
        return _all_loads(ast.iter_child_nodes(node)) - own | _loads(first)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        return {node.target.id} | _loads(node.value)
    return _all_loads(ast.iter_child_nodes(node))


def _all_loads(nodes: Iterable[ast.AST]) -> set[str]:
    return {name for node in nodes for name in _loads(node)}


def _locals(body: Iterable[ast.AST]) -> set[str]:
    """Name the local variables of a function's body."""
    nodes = [inner for node in body for inner in ast.walk(node)]
    shared = {n for node in nodes if isinstance(node, ast.Global) for n in node.names}
    return {name for node in body for name in _stores(node)} - shared


def _stores(node: ast.AST) -> set[str]:
    """Name what a statement binds, inside functions of its own excepted."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
        return set()
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    return {name for child in ast.iter_child_nodes(node) for name in _stores(child)}
