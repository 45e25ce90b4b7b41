"""Graphs with a class for each node: a club that broke in two, and functions that name others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncourse.data.embedded import _package_file
from cnncourse.errors import ArgumentError, ShapeError

# Members are counted from 1, as in the paper; each line holds a member's friends of higher number.
KARATE = """
1: 2 3 4 5 6 7 8 9 11 12 13 14 18 20 22 32
2: 3 4 8 14 18 20 22 31
3: 4 8 9 10 14 28 29 33
4: 8 13 14
5: 7 11
6: 7 11 17
7: 17
9: 31 33 34
10: 34
14: 34
15: 33 34
16: 33 34
19: 33 34
20: 34
21: 33 34
23: 33 34
24: 26 28 30 33 34
25: 26 28 32
26: 32
27: 30 34
28: 34
29: 32 34
30: 33 34
31: 33 34
32: 33 34
33: 34
"""
WITH_THE_INSTRUCTOR = (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 18, 20, 22)

SECTIONS = (  # of SciPy, those with more than 20 functions that name others
    "cluster", "fft", "interpolate", "linalg", "ndimage", "optimize", "signal", "sparse",
    "special", "stats",
)  # fmt: skip
SEE_ALSO = re.compile(r"^See Also\n-+\n(.*?)(?=\n\S[^\n]*\n-+\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes with a class each, and the edges between them.

    Parameters
    ----------
    name : str
    edges : int64 array, shape (E, 2)
        The two nodes of each edge, counted from 0; each edge is there once, and no node is its
        own neighbour.
    labels : int64 array, shape (V,)
        Of each node, places in `classes`.
    classes : tuple of str
    texts : tuple of str
        What is written at each node; empty if nothing is.

    Raises
    ------
    ShapeError
        If the edges are not pairs, or there is not one text to each node.
    ArgumentError
        If an edge or a label leads nowhere.

    Examples
    --------
    >>> path = Graph("path", np.array([[0, 1], [1, 2]]), np.array([0, 0, 1]), ("a", "b"))
    >>> len(path), path.degrees()
    (3, array([1, 2, 1]))
    """

    name: str
    edges: NDArray[np.int64]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    texts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.edges.ndim != 2 or self.edges.shape[1] != 2:
            raise ShapeError("edges", "shape (E, 2)", self.edges.shape)
        if len(self.texts) not in (0, len(self)):
            raise ShapeError("texts", f"one for each of {len(self)} nodes", len(self.texts))
        if self.edges.size and not 0 <= self.edges.min() <= self.edges.max() < len(self):
            raise ArgumentError("edges", f"nodes from 0 to {len(self) - 1}", "others")
        if len(self) and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            raise ArgumentError("labels", f"0 to {len(self.classes) - 1}", "others")

    def __len__(self) -> int:
        return len(self.labels)

    def degrees(self) -> NDArray[np.int64]:
        """Count the neighbours of each node: int64 array, shape (V,)."""
        return np.bincount(self.edges.ravel(), minlength=len(self))


def karate_club() -> Graph:
    """Tell who met whom outside a karate club, and on which side each stood when it broke in two.

    Returns
    -------
    Graph
        34 members and 78 friendships. Node 0 is the instructor, node 33 the president ('officer');
        the class is the club that the member went to after the fission.

    Notes
    -----
    Zachary's own model, the smallest cut between the two, places all members but one: his
    number 9, here node 8.

    References
    ----------
    W. W. Zachary, "An information flow model for conflict and fission in small groups", Journal of
    Anthropological Research 33(4), 1977: Figure 2 and Table 3.

    Examples
    --------
    >>> club = karate_club()
    >>> len(club), len(club.edges), club.degrees()[[0, 33]]
    (34, 78, array([16, 17]))
    """
    edges = [
        (int(member) - 1, int(friend) - 1)
        for member, friends in (line.split(":") for line in KARATE.split("\n") if line)
        for friend in friends.split()
    ]
    labels = np.array([member not in WITH_THE_INSTRUCTOR for member in range(1, 35)], np.int64)
    return Graph("karate club", np.array(edges), labels, ("instructor", "officer"))


class _Function(NamedTuple):
    section: str
    name: str
    text: str


def see_also() -> Graph:
    """Read SciPy's documentation as a graph: functions, and which others each names.

    Papers that cite papers are the usual example of a graph with texts. A library on this machine
    holds the like: the section "See Also" of a function names related ones. Which part of the
    library is a function from, by its own words and by its neighbours?

    Returns
    -------
    Graph
        Functions and classes of ten parts of SciPy, joined if either names the other; those that
        name none and are named by none are left out. The texts are what stands before the list of
        parameters, without dotted names, which would give the answer away. The sizes depend on
        the version of SciPy.

    Raises
    ------
    SetupError
        If SciPy is not installed.

    Examples
    --------
    >>> graph = see_also()
    >>> graph.classes[:3], len(graph) > 400, len(graph.edges) > 600
    (('cluster', 'fft', 'interpolate'), True, True)
    """
    found = _functions()
    edges = np.array(sorted(set(_mentions(found))))
    joined, places = np.unique(edges, return_inverse=True)
    chosen = [found[i] for i in joined]
    return Graph(
        "see also",
        places.reshape(-1, 2),
        np.array([SECTIONS.index(function.section) for function in chosen]),
        SECTIONS,
        tuple(_own_words(function.text) for function in chosen),
    )


@cache
def _functions() -> tuple[_Function, ...]:
    return tuple(_read())


def _read() -> Iterator[_Function]:
    """Read the public functions and classes off the source files, without importing them."""
    for section in SECTIONS:
        folder = _package_file("scipy", section)
        seen = set()
        for path in sorted(folder.rglob("*.py")):
            if "tests" in path.parts:
                continue
            for name, text in _documented(path):
                if name not in seen and not name.startswith("_"):
                    seen.add(name)
                    yield _Function(section, name, text)


def _documented(path: Path) -> Iterator[tuple[str, str]]:
    source = path.read_text(encoding="utf-8")
    if '"""' not in source:
        return
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            text = ast.get_docstring(node)
            if text:
                yield node.name, text


def _mentions(found: Sequence[_Function]) -> Iterator[tuple[int, int]]:
    """Give the places of a function and one that it names, the smaller first."""
    by_name: dict[str, list[int]] = {}
    for place, function in enumerate(found):
        by_name.setdefault(function.name, []).append(place)
    for place, function in enumerate(found):
        for named in _named_in(function.text):
            *path, name = named.split(".")
            candidates = by_name.get(name, [])
            if not candidates:
                continue
            # 'signal.firwin' says where; a bare name means the function's own part first
            sections = path or [function.section]
            best = min(candidates, key=lambda i: found[i].section not in sections)
            if best != place:
                yield min(place, best), max(place, best)


def _named_in(text: str) -> Iterator[str]:
    """List the names in the section "See Also": those that stand at the margin."""
    section = SEE_ALSO.search(text)
    for line in section[1].splitlines() if section else ():
        if line[:1].strip():
            names = re.split(r"\s:(?:\s|$)", line)[0]
            yield from re.findall(r"[A-Za-z_][\w.]*\w", re.sub(r":\w+:", "", names))


def _own_words(text: str) -> str:
    before = text.split("\nParameters\n---")[0]
    return re.sub(r"\S*\w\.\w\S*", " ", SEE_ALSO.sub(" ", before))
