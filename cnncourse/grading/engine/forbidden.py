"""Calls that an exercise asks students not to make: seen in the source, and when they happen.

Using one costs nothing by itself: it is reported, for a person to judge. The look at the source
cannot be switched off by a submission; the watch at run time can, and catches what the source
hides, such as a name put together from pieces.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from cnncourse.grading.engine.names import parse

USUAL = {
    "np": "numpy", "plt": "matplotlib.pyplot", "F": "torch.nn.functional", "nn": "torch.nn",
    "sp": "scipy", "tf": "tensorflow",
}  # fmt: skip


def find(source: str, forbidden: Iterable[str], known: dict[str, str] | None = None) -> list[str]:
    r"""Name the forbidden calls that a cell's source holds.

    Parameters
    ----------
    source : str
    forbidden : iterable of str
        Functions and modules, as in `may_not_call`; a module forbids everything in it.
    known : dict of str to str, optional
        What names imported by earlier cells stand for; it learns from this cell.

    Examples
    --------
    >>> find("import numpy as n\nn.pad(x, 1)", ["np.pad", "torch"])
    ['np.pad']
    >>> find("from torch.nn import functional", ["np.pad", "torch"])
    ['torch']
    """
    tree = parse(source)
    if tree is None:
        return []
    known = {} if known is None else known
    used: set[str] = set()
    for node in ast.walk(tree):
        used.update(_imported(node, known))
    for node in ast.walk(tree):
        used.update(_spelt(node, {**USUAL, **known}))
    return [name for name in forbidden if any(_is_in(one, full_name(name)) for one in used)]


def full_name(name: str) -> str:
    """Spell out the usual short name of a module.

    Examples
    --------
    >>> full_name("np.pad")
    'numpy.pad'
    """
    first, dot, rest = name.partition(".")
    return USUAL.get(first, first) + dot + rest


def _imported(node: ast.AST, known: dict[str, str]) -> Iterator[str]:
    """Learn what an import's names stand for; yield what it brings in."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            known[name] = alias.name if alias.asname else name
            yield alias.name
    elif isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            yield f"{node.module}.{alias.name}"


def _spelt(node: ast.AST, known: dict[str, str]) -> Iterator[str]:
    """Yield the dotted name that a node spells: `np.pad`, `getattr(np, "pad")`, an import."""
    if isinstance(node, ast.Attribute):
        yield _dotted(node, known)
    elif isinstance(node, ast.Name) and node.id in known and "." in known[node.id]:
        yield known[node.id]
    elif isinstance(node, ast.Call) and node.args:
        called, last = _dotted(node.func, known), node.args[-1]
        if called in ("__import__", "importlib.import_module"):
            last = node.args[0]
        if isinstance(last, ast.Constant) and isinstance(last.value, str):
            if called == "getattr" and len(node.args) == 2:
                yield f"{_dotted(node.args[0], known)}.{last.value}"
            elif called in ("__import__", "importlib.import_module"):
                yield last.value


def _dotted(node: ast.AST, known: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, known)}.{node.attr}"
    return known.get(node.id, node.id) if isinstance(node, ast.Name) else "?"


def _is_in(name: str, forbidden: str) -> bool:
    return name == forbidden or name.startswith(f"{forbidden}.")


class Guard:
    """Watch forbidden calls and imports while a student's code runs.

    Parameters
    ----------
    forbidden : iterable of str
    """

    def __init__(self, forbidden: Iterable[str]) -> None:
        self.forbidden = {full_name(name): name for name in forbidden}
        self._used: set[str] = set()
        self._on = False
        if self.forbidden:
            self._watch_imports()
            for name in self.forbidden:
                self._watch_call(name)

    @contextlib.contextmanager
    def watching(self, on: bool) -> Iterator[None]:
        """Watch inside, if the code that runs is the student's."""
        self._on = on
        try:
            yield
        finally:
            self._on = False

    def take(self) -> list[str]:
        """Give what was used since the last time."""
        used, self._used = sorted(self._used), set()
        return used

    def _watch_imports(self) -> None:
        real = builtins.__import__

        def watched(name: str, *args: Any, **kwargs: Any) -> Any:
            if self._on and _from_a_cell(1):
                asked = [f"{name}.{part}" for part in (args[2:3] or [()])[0] or ()]
                self._note(name, *asked)
            return real(name, *args, **kwargs)

        builtins.__import__ = watched

    def _watch_call(self, name: str) -> None:
        module, _, attribute = name.rpartition(".")
        real = getattr(sys.modules.get(module), attribute, None)
        if not callable(real) or isinstance(real, type):
            return

        @functools.wraps(real)
        def watched(*args: Any, **kwargs: Any) -> Any:
            if self._on and _from_a_cell(1):
                self._note(name)
            return real(*args, **kwargs)

        setattr(sys.modules[module], attribute, watched)

    def _note(self, *names: str) -> None:
        for full, short in self.forbidden.items():
            if any(_is_in(name, full) for name in names):
                self._used.add(short)


def _from_a_cell(depth: int) -> bool:
    """Whether the code that called is written in a cell."""
    return sys._getframe(depth + 1).f_code.co_filename.startswith("<cell ")
