"""Look for answers and hidden tests where students could read them.

Built output holds code in many forms: as text, in JSON, in pages with a tag around every word, in
archives. All are brought to one form before lines are compared: no blanks, no quotes, no tags.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from cnncourse.authoring.source import HIDDEN_TESTS, SOLUTION, Exercise

SHORTEST = 16  # characters that say enough to be somebody's line
_BREAK = re.compile(r"\\+[nr]|[\r\n]|<br\s*/?>")
_TAG = re.compile(r"<[^<>]*>")
_NOISE = re.compile(r"\\u[0-9a-fA-F]{4}|[^!#-&(-+\--\[\]-_a-~]")  # blanks, quotes, commas, no ASCII
_KINDS = (SOLUTION, HIDDEN_TESTS)
_TEXT = (
    ".html", ".htm", ".xhtml", ".js", ".mjs", ".json", ".ipynb", ".txt", ".md", ".py", ".csv",
    ".xml", ".css", ".svg",
)  # fmt: skip
_ARCHIVES = (".zip", ".whl", ".epub")


def secret_lines(exercise: Exercise, kinds: Iterable[str] = (SOLUTION, HIDDEN_TESTS)) -> set[str]:
    """Collect the lines of answers and hidden tests that the notebook shows nowhere else.

    Parameters
    ----------
    exercise : Exercise
    kinds : iterable of str
        'SOLUTION', 'HIDDEN TESTS'.

    Returns
    -------
    set of str
        In the form that `plain_lines` gives.
    """
    blocks = list(_blocks(exercise))
    secret = {line for kind, text in blocks if kind in kinds for line in plain_lines(text)}
    return secret - shown_lines(exercise)


def shown_lines(exercise: Exercise) -> set[str]:
    """Collect the lines that an exercise shows its students."""
    return {line for kind, text in _blocks(exercise) if not kind for line in plain_lines(text)}


def _blocks(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """Split a notebook at nbgrader's marks: what kind of block, '' for none, and its text."""
    for cell in exercise.notebook.cells:
        kind = ""
        for piece in re.split(r"### ((?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS))", cell.source):
            if piece.startswith(("BEGIN ", "END ")) and piece[piece.index(" ") + 1 :] in _KINDS:
                kind = piece.removeprefix("BEGIN ") if piece.startswith("BEGIN ") else ""
            else:
                yield kind, piece


def plain_lines(text: str) -> set[str]:
    r"""Split text into lines and leave of them what no way of writing changes.

    Examples
    --------
    >>> code = "total = total + window[0]"
    >>> plain_lines("  <i>total</i> = total + window[0]") & plain_lines(f'"{code}\\n", ')
    {'total=total+window[0]'}
    """
    found: set[str] = set()
    for form in (text, html.unescape(_TAG.sub("", text))):
        found.update(_NOISE.sub("", line) for line in _BREAK.split(form))
    return {line for line in found if len(line) >= SHORTEST}


def leaks(folder: Path, secrets: set[str]) -> Iterator[tuple[str, str]]:
    """Find secret lines in all files below a folder, archives included.

    Yields
    ------
    file : str
    line : str
    """
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (*_TEXT, *_ARCHIVES):
            yield from _in_file(str(path.relative_to(folder)), path.read_bytes(), secrets)


def _in_file(name: str, data: bytes, secrets: set[str]) -> Iterator[tuple[str, str]]:
    if name.endswith(_ARCHIVES):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                if inner.endswith((*_TEXT, *_ARCHIVES)):
                    yield from _in_file(f"{name}/{inner}", archive.read(inner), secrets)
        return
    for line in sorted(plain_lines(data.decode(errors="replace")) & secrets):
        yield name, line


def public_lines(folder: Path) -> set[str]:
    """Collect the lines of the files of a folder that everyone may read."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        if path.suffix in (".py", ".md"):
            found |= plain_lines(path.read_text(encoding="utf-8"))
    return found
