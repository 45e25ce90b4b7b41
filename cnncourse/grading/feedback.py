"""A student's feedback: one HTML page that needs nothing but itself, and the same as Markdown.

It shows each part's score, what was tested in words, what the failed test said, hints, and the
student's own code and figures; never a test's source, an expected value or a traceback. It runs no
script and asks for no other file.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from cnncourse.authoring.build import write_atomically
from cnncourse.grading.engine.bundle import is_answer
from cnncourse.grading.pages import fill_in_text, render_page
from cnncourse.grading.results import NO_SANDBOX, Result

LONGEST_CODE = 20_000  # characters of each part's code that a page shows
FIGURES = 150_000  # bytes of all of a page's figures, as they are written
WIDEST = 4_000  # pixels
_PNG = b"\x89PNG\r\n\x1a\n"
_HINT = re.compile(r"<details>\s*<summary>(Hint[^<]*)</summary>(.*?)</details>", re.DOTALL)


@dataclass(frozen=True)
class Work:
    """What a page shows of one part beside its score.

    Parameters
    ----------
    tested : str
        What its tests look at, in words.
    hints : tuple of (str, str)
        Title and text.
    code : str
        The student's answer.
    figures : tuple of str
        What the student's cells drew: PNG, in base64.
    """

    tested: str = ""
    hints: tuple[tuple[str, str], ...] = ()
    code: str = ""
    figures: tuple[str, ...] = ()


def write_page(result: Result, notebook: NotebookNode | None, path: Path) -> Path:
    """Write the feedback page of a result, and beside it the same as Markdown.

    Parameters
    ----------
    result : Result
    notebook : NotebookNode or None
        The graded notebook, for the student's own code and figures.
    path : Path
        Of the page.

    Returns
    -------
    Path
        Where it was written.
    """
    work = work_by_part(notebook) if notebook else {}
    write_atomically(path, render(result, work))
    write_atomically(path.with_suffix(".md"), render_markdown(result, work))
    return path


def render(result: Result, work: Mapping[str, Work]) -> str:
    """Make the page's HTML; everything in it is escaped."""
    return render_page("feedback.html.j2", **_shown(result, work))


def render_markdown(result: Result, work: Mapping[str, Work]) -> str:
    """Make the page's text; what others wrote stands in code, where Markdown leaves it alone."""
    return fill_in_text("feedback.md.j2", {"fenced": fenced}, **_shown(result, work))


def _shown(result: Result, work: Mapping[str, Work]) -> dict[str, Any]:
    unguarded = any(flag.startswith(NO_SANDBOX) for flag in result.flags)
    return {"result": result, "work": work, "nothing": Work(), "unguarded": unguarded}


def fenced(text: str, language: str = "") -> str:
    """Put text between fences that it cannot close.

    Examples
    --------
    >>> print(fenced("x = 1", "python"))
    ```python
    x = 1
    ```
    """
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def work_by_part(notebook: NotebookNode) -> dict[str, Work]:
    """Gather what stands between one graded cell and the next, by grade_id."""
    found: dict[str, Work] = {}
    code: list[str] = []
    hints: list[tuple[str, str]] = []
    figures: list[str] = []
    left = FIGURES
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not is_answer(cell):
            hints += [(title.strip(), text.strip()) for title, text in _HINT.findall(cell.source)]
        if is_answer(cell):
            code.append(cell.source)
        for figure in _figures(cell):
            if len(figure) <= left:
                figures.append(figure)
                left -= len(figure)
        if cell.metadata.get("nbgrader", {}).get("grade"):
            found[cell.metadata.nbgrader.grade_id] = Work(
                tested="" if is_answer(cell) else what_is_tested(cell.source),
                hints=tuple(hints),
                code="\n\n".join(code)[:LONGEST_CODE],
                figures=tuple(figures),
            )
            code, hints, figures = [], [], []
    return found


def code_of(notebook: NotebookNode) -> str:
    """Join the code of a notebook's answer cells."""
    cells = (cell for cell in notebook.cells if is_answer(cell) and cell.cell_type == "code")
    return "\n\n".join(cell.source for cell in cells)


def what_is_tested(source: str) -> str:
    r"""Read what a tests cell tests: the comment at its head.

    Examples
    --------
    >>> what_is_tested("# The shape; the values.\n# Also of other images.\nassert True  # no")
    'The shape; the values. Also of other images.'
    """
    head = re.match(r"(?:[ \t]*#(?!##)[^\n]*(?:\n|$))*", source)
    lines = head.group().splitlines() if head else []
    return " ".join(line.strip().lstrip("#").strip() for line in lines)


def _figures(cell: NotebookNode) -> Iterator[str]:
    """Give a cell's pictures that a browser can show without harm."""
    for output in cell.get("outputs", ()):
        picture = output.get("data", {}).get("image/png", "")
        if isinstance(picture, str) and _is_png(picture):
            yield "".join(picture.split())


def _is_png(picture: str) -> bool:
    try:
        start = base64.b64decode(picture[:64], validate=False)[:24]
        width, height = struct.unpack(">II", start[16:24])
    except (binascii.Error, ValueError, struct.error):
        return False
    return start.startswith(_PNG) and 0 < width <= WIDEST and 0 < height <= WIDEST
