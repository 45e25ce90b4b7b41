"""What a cell's source says about names: which it needs, which it makes, what is safe to copy."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator
from functools import lru_cache

_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)


def plain(source: str) -> str:
    """Blank out IPython's own lines, `%magic` and `!command`, so that Python can parse the rest."""
    return "\n".join("" if line.lstrip()[:1] in ("%", "!") else line for line in source.split("\n"))


def parse(source: str) -> ast.Module | None:
    """Parse a cell; None where it is not Python."""
    try:
        return ast.parse(plain(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(1000)  # a class of any size has the same tests
def needed(source: str) -> frozenset[str]:
    r"""Name what a cell reads and does not make itself, builtins included.

    Examples
    --------
    >>> sorted(needed("def f(x):\n    return x + y\nz = f(len(w))"))
    ['len', 'w', 'y']
    """
    if parse(source) is None:
        return frozenset()
    table = symtable.symtable(plain(source), "cell", "exec")
    made = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    return frozenset(name for name in _read(table) if name not in made)


def _read(table: symtable.SymbolTable) -> Iterator[str]:
    outermost = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (outermost or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _read(child)


@lru_cache(1000)
def made(source: str) -> frozenset[str]:
    r"""Name what a cell binds at its outermost level.

    Examples
    --------
    >>> sorted(made("import numpy as np\ndef f(): a = 1\nb, c = 1, 2"))
    ['b', 'c', 'f', 'np']
    """
    if parse(source) is None:
        return frozenset()
    table = symtable.symtable(plain(source), "cell", "exec")
    symbols = table.get_symbols()
    return frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported())


def definitions(sources: Iterable[str]) -> str:
    r"""Collect the imports, functions, classes and constants of cells: what runs without effect.

    Examples
    --------
    >>> print(definitions(["import math\nprint(1)\nSIZE = 3", "photo = load()"]))
    import math
    SIZE = 3
    """
    kept = []
    for source in sources:
        tree = parse(source)
        for node in tree.body if tree else []:
            if isinstance(node, _DEFINITIONS) or _is_constant(node):
                kept.append(ast.unparse(node))
    return "\n".join(kept)


def imports(sources: Iterable[str]) -> list[str]:
    r"""Name the modules that cells import anywhere.

    Examples
    --------
    >>> imports(["import numpy as np", "def f():\n    from torch import nn"])
    ['numpy', 'torch']
    """
    found: dict[str, None] = {}
    for source in sources:
        for node in ast.walk(parse(source) or ast.Module([], [])):
            if isinstance(node, ast.Import):
                found |= {alias.name: None for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found[node.module] = None
    return list(found)


def _is_constant(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign):
        return False
    try:
        ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True
