"""Sentences with labels: real ones out of installed packages, and ones where only order decides."""

from __future__ import annotations

import ast
import importlib.util
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncourse.data.dataset import Dataset
from cnncourse.errors import ArgumentError, SetupError, ShapeError

# each comes with the course; torch and scikit-image bring networkx, torch brings sympy
PACKAGES = ("matplotlib", "networkx", "numpy", "scipy", "skimage", "sklearn", "sympy", "torch")
HELD_OUT = 5  # every fifth file, on average, is for testing
SHORTEST, LONGEST = 10, 40  # words of a sentence
NAME, NUMBER = "<name>", "<number>"
PADDING, UNKNOWN = "<padding>", "<unknown>"

# what would give a package away or is code: markup, dotted or called names, capitals inside
_CODE = re.compile(
    r"(?::\w+:)?`+[^`]*`+_?|https?://\S+|\b[A-Za-z]\w*(?:\.\w+)+\b|\b\w*_\w*\b|\b\w+\(\)?"
    r"|\b\w+[A-Z]\w*\b"
)
_OWN_NAMES = re.compile(
    r"\b(?:matplotlib|pyplot|networkx|nx|numpy|np|ndarrays?|scipy|scikit|skimage|sklearn|learn"
    r"|sympy|py\s?torch|torch)\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\b\d[\w.]*")
_TOKENS = re.compile(r"<\w+>|[a-z]+(?:'[a-z]+)?")


@dataclass(frozen=True, eq=False)
class Sentences:
    """Labelled sentences.

    Parameters
    ----------
    words : list of N tuples of str
        In lower case.
    labels : int64 array, shape (N,)
        Places in `classes`.
    classes : tuple of str

    Raises
    ------
    ShapeError
        If there is not one label to each sentence.

    Examples
    --------
    >>> both = Sentences([("not", "bad"), ("bad",)], np.array([1, 0]), ("bad", "good"))
    >>> len(both), both.take([1]).words
    (2, [('bad',)])
    """

    words: list[tuple[str, ...]]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.labels.shape != (len(self.words),):
            expected = f"one label for each of {len(self.words)} sentences"
            raise ShapeError("labels", expected, f"shape {self.labels.shape}")

    def __len__(self) -> int:
        return len(self.words)

    def take(self, places: Any) -> Sentences:
        """Choose sentences by their places: array or sequence of int."""
        places = np.asarray(places)
        words = [self.words[place] for place in places]
        return replace(self, words=words, labels=self.labels[places])

    def texts(self) -> list[str]:
        """Write each sentence as one string, its words divided by spaces."""
        return [" ".join(words) for words in self.words]


class Vocabulary:
    """The words a network knows, and their numbers; 0 is padding and 1 any other word.

    Parameters
    ----------
    sentences : iterable of sequences of str
    at_least : int
        How often a word occurs to be known.

    Examples
    --------
    >>> vocabulary = Vocabulary([("not", "bad"), ("bad",)])
    >>> vocabulary.words
    ('<padding>', '<unknown>', 'bad', 'not')
    >>> vocabulary.encode([("not", "so", "bad")], length=4)
    array([[3, 1, 2, 0]])
    """

    def __init__(self, sentences: Iterable[Sequence[str]], at_least: int = 1) -> None:
        counts = Counter(word for words in sentences for word in words)
        known = sorted(word for word, count in counts.items() if count >= at_least)
        self.words = (PADDING, UNKNOWN, *known)
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, sentences: Sequence[Sequence[str]], length: int) -> NDArray[np.int64]:
        """Write sentences as rows of numbers.

        Parameters
        ----------
        sentences : sequence of N sequences of str
        length : int
            L: longer sentences are cut, shorter ones padded at their end.

        Returns
        -------
        int64 array, shape (N, L)
        """
        if length < 1:
            raise ArgumentError("length", "at least 1 word", length)
        numbers = np.zeros((len(sentences), length), np.int64)
        for row, words in zip(numbers, sentences, strict=True):
            known = [self._numbers.get(word, 1) for word in words[:length]]
            row[: len(known)] = known
        return numbers

    def dataset(self, name: str, sentences: Sentences, length: int) -> Dataset:
        """Make what `cnncourse.training.fit` trains on: numbers of shape (N, L), and labels."""
        numbers = self.encode(sentences.words, length)
        return Dataset(name, numbers, sentences.labels, sentences.classes)


def mask(text: str) -> tuple[str, ...]:
    """Divide a text into words in lower case, with names and numbers masked.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str
        Names of packages, code and identifiers are '<name>', numbers '<number>'; punctuation goes.

    Examples
    --------
    >>> " ".join(mask("Returns the `x` of np.array, a LinearOperator with 3 axes."))
    'returns the <name> of <name> a <name> with <number> axes'
    """
    for pattern, name in ((_CODE, NAME), (_OWN_NAMES, NAME), (_NUMBERS, NUMBER)):
        text = pattern.sub(f" {name} ", text)
    return tuple(_TOKENS.findall(text.lower().replace(NAME.upper(), NAME)))


def prose(docstring: str) -> list[str]:
    """Find the sentences of a documentation string.

    Parameters
    ----------
    docstring : str

    Returns
    -------
    list of str
        In order. Headings, signatures, tables and examples are none.

    Examples
    --------
    >>> prose('''Add two arrays.
    ...
    ... x : array
    ...     The first of them.  It is
    ...     kept as it is.
    ...
    ... >>> add(1, 2)
    ... 3''')
    ['Add two arrays.', 'The first of them.', 'It is kept as it is.']
    """
    found = []
    for block in re.split(r"\n\s*\n|\n(?=\S.* : )|(?<= : )[^\n]*\n", docstring):
        if ">>>" in block or "---" in block or "===" in block:
            continue
        parts = re.split(r"(?<=[.!?])\s+(?=[A-Z`])", " ".join(block.split()))
        found += [part for part in parts if re.fullmatch(r"[A-Z`][^|=<>{}\\*~]*[a-z`)]\.", part)]
    return found


def docstrings(train: int = 1000, test: int = 250) -> tuple[Sentences, Sentences]:
    """Read sentences from the documentation of installed packages: which of them wrote it?

    The sources are read, not imported. A file's sentences are all for training or all for testing,
    so that nothing is learnt of a test's neighbours; a sentence that occurs twice is kept once, and
    one that two packages share not at all. The same packages give the same sentences.

    Parameters
    ----------
    train, test : int
        Sentences of each package.

    Returns
    -------
    train, test : Sentences
        The packages take turns; names that would give them away are masked, as in `mask`.

    Raises
    ------
    SetupError
        If a package is not installed.
    ArgumentError
        If a package has fewer sentences.

    Examples
    --------
    >>> known, unseen = docstrings(train=20, test=5)
    >>> len(known), np.bincount(unseen.labels).tolist(), unseen.classes[2]
    (160, [5, 5, 5, 5, 5, 5, 5, 5], 'numpy')
    """
    counts = (train, test)
    if min(counts) < 1:
        raise ArgumentError("train and test", "at least 1 sentence each", counts)
    pools = [_pool(package, counts) for package in PACKAGES]
    packages = Counter(words for pool in pools for words in {*pool[0], *pool[1]})
    parts = [
        [[words for words in pool[part] if packages[words] == 1] for pool in pools]
        for part in (0, 1)
    ]
    return _balanced(parts[0], train, "train"), _balanced(parts[1], test, "test")


def _pool(package: str, counts: tuple[int, int]) -> tuple[dict[tuple[str, ...], None], ...]:
    """Collect sentences to train and to test with; a tenth more, since some are shared."""
    parts: tuple[dict[tuple[str, ...], None], ...] = ({}, {})
    for name, text in _files(package):
        held = _hash(name) % HELD_OUT == 0
        if len(parts[held]) >= 1.1 * counts[held] + 20:
            if len(parts[not held]) >= 1.1 * counts[not held] + 20:
                break
            continue
        for docstring in _docstrings_of(text):
            for words in map(mask, prose(docstring)):
                long_enough = SHORTEST <= len(words) <= LONGEST
                if long_enough and words.count(NAME) <= len(words) / 3:
                    parts[held].setdefault(words)
    for words in parts[0].keys() & parts[1].keys():
        del parts[1][words]
    return parts


def _files(package: str) -> Iterator[tuple[str, str]]:
    """Read a package's own source files, in an order that mixes its parts, always the same."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(f"the sentences come from {package}: install it with pip")
    root = Path(spec.submodule_search_locations[0])
    names = [
        path.relative_to(root).as_posix() for path in root.rglob("*.py")
        if not {"tests", "test", "testing"} & set(path.relative_to(root).parts)
    ]
    for name in sorted(names, key=lambda name: (_hash(name), name)):
        text = (root / name).read_text(encoding="utf-8", errors="replace")
        if '"""' in text:
            yield name, text


def _hash(name: str) -> int:
    return zlib.crc32(name.encode()) >> 8


def _docstrings_of(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            found = ast.get_docstring(node)
            if found:
                yield found


def _balanced(pools: list[list[tuple[str, ...]]], count: int, argument: str) -> Sentences:
    for package, pool in zip(PACKAGES, pools, strict=True):
        if len(pool) < count:
            raise ArgumentError(argument, f"at most {len(pool)}, all that {package} has", count)
    words = [pool[i] for i in range(count) for pool in pools]
    return Sentences(words, np.tile(np.arange(len(PACKAGES)), count), PACKAGES)
