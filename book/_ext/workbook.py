"""`workbook`: an exercise that is read, answered and checked in the page.

    ```{workbook} 02_convolution
    ```

All of it comes from the notebook that students get, so a page holds neither answers nor hidden
tests. The visible tests run in the reader's browser and are judged by the grader's own code; what
the reader writes stays in the browser and can be downloaded as the notebook.
"""

from __future__ import annotations

import html
import re
from typing import Any

import nbformat
from live import ROOT, add_scripts, as_script
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from cnncourse.authoring.source import Exercise, read_exercise
from cnncourse.errors import SourceError
from cnncourse.grading.annotate import release_of
from cnncourse.instruments.words import t

NAME_CELL = "NAME ="  # asks who the student is; a page has no need to know
DIRECTIVE = re.compile(r"^```\{workbook\} (\S+)\n```$", re.MULTILINE)


def read_workbook(name: str) -> tuple[Exercise, NotebookNode]:
    """Read an exercise and make the notebook that students get."""
    try:
        exercise = read_exercise(ROOT / "exercises" / name)
        return exercise, release_of(exercise)
    except (SourceError, OSError) as problem:
        raise ExtensionError(f"workbook {name}: {problem}") from problem


def write_out(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the exercise's text where the page's source names it, headings and all."""
    def page(found: re.Match[str]) -> str:
        exercise, notebook = read_workbook(found[1])
        app.env.note_dependency(str(exercise.file))
        return page_source(exercise, notebook)

    source[0] = DIRECTIVE.sub(page, source[0])


def page_source(exercise: Exercise, notebook: NotebookNode) -> str:
    """Write the page as MyST Markdown; each cell of code stands in an element with its id."""
    pieces = [raw(opening(exercise))]
    headed = False  # whether a heading of the second level has come
    for cell in notebook.cells[1:]:  # the first one is about notebooks
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and meta:
            words = t("A person grades this answer.")
            pieces.append(raw(slot("written", cell.id, f"<p>{words}</p>")))
        elif cell.cell_type == "markdown":
            headed = headed or cell.source.startswith("## ")
            pieces.append(cell.source if headed else cell.source.replace("### ", "## "))
        elif NAME_CELL not in cell.source:
            kind = "answer" if meta.get("solution") else "test" if meta.get("grade") else "given"
            start, end = wrapping(kind, cell)
            pieces += [raw(start), f"`````{{code-block}} python\n{cell.source}\n`````", raw(end)]
    return "\n\n".join(pieces)


def raw(text: str) -> str:
    return f"```{{raw}} html\n{text}\n```"


def slot(kind: str, name: str, inside: str) -> str:
    return f'<div class="workbook-{kind}" data-id="{html.escape(name)}">{inside}</div>'


def wrapping(kind: str, cell: NotebookNode) -> tuple[str, str]:
    """Return what stands before and after the code of a cell."""
    start, end = slot(kind, cell.id, "\0").split("\0")
    if kind == "test":
        words = t("The test, {points:g} points", points=cell.metadata.nbgrader.points)
        start += f"<details><summary>{words}</summary>"
        end = f"</details>{end}"
    return start, end


def opening(exercise: Exercise) -> str:
    """Say what this page is; the script puts its buttons there."""
    by_hand = sum(part.points for part in exercise.parts if part.manual)
    total = sum(part.points for part in exercise.parts)
    forbidden = ", ".join(f"<code>{html.escape(name)}</code>" for name in exercise.may_not_call)
    return (
        f'<div class="workbook" id="workbook" data-exercise="{exercise.name}">'
        f"<p>{html.escape(exercise.summary)}</p>"
        + "<p>"
        + t(
            "About {minutes} minutes, {total:g} points, {by_hand:g} of them graded by hand. "
            "Please write it yourself, without {forbidden}.",
            minutes=exercise.minutes, total=total, by_hand=by_hand, forbidden=forbidden,
        )
        + "</p></div>"
    )


def data_of(exercise: Exercise, notebook: NotebookNode) -> dict[str, Any]:
    """Return what the page's script needs: the released notebook, and what each part is worth."""
    return {
        "name": exercise.name,
        "notebook": nbformat.from_dict(notebook),
        "parts": [
            {"id": part.grade_id, "points": part.points, "manual": part.manual}
            for part in exercise.parts
        ],
    }


def furnish(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give a page with an exercise its data and its script."""
    found = re.search(r'id="workbook" data-exercise="([^"]+)"', context.get("body") or "")
    if found and app.builder.format == "html":
        context["body"] += as_script("workbook-data", data_of(*read_workbook(found[1])))
        add_scripts(app, "workbook.js")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", write_out)
    app.connect("html-page-context", furnish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
