"""The `models-table` directive: the registered networks in a table that readers can sort.

    ```{models-table} Its caption
    :columns: network, year, depth, parameters
    ```

The rows are those of ``cnncourse models --markdown``. They are asked for once and kept in
``_build/models`` under a hash of the sources they come from. The tables that a cell tagged
``sortable`` prints can be sorted like these.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "_build" / "models"
SOURCES = [ROOT / "cnncourse" / "shapes.py", *sorted((ROOT / "cnncourse" / "models").glob("*.py"))]
MILLIONS = {"parameters": "parameters / 10⁶", "multiply-adds": "multiply-adds / 10⁶"}
WORDS = ("name", "network", "protocol", "challenge entry", "paper")


def models_markdown(folder: Path = KEPT) -> str:
    """Return what `cnncourse models --markdown` prints, asked anew when a source has changed."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()[:16]
    kept = folder / f"{digest}.md"
    if not kept.is_file():
        from cnncourse.models.registry import models_markdown as fresh  # loads PyTorch

        folder.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".partial")
        partial.write_text(fresh(), "utf-8")
        partial.replace(kept)
    return kept.read_text("utf-8")


def read_table(markdown: str) -> tuple[list[dict[str, str]], str]:
    r"""Take a table in Markdown apart: its rows, and the text below it.

    Examples
    --------
    >>> read_table("| a | b |\n| --- | --- |\n| 1 |  |\n\nNote.\n")
    ([{'a': '1', 'b': ''}], 'Note.')
    """
    lines = markdown.strip().splitlines()
    table = [line for line in lines if line.startswith("|")]
    header, _, *rows = ([cell.strip() for cell in line[1:-1].split("|")] for line in table)
    note = "\n".join(line for line in lines if not line.startswith("|")).strip()
    return [dict(zip(header, row, strict=True)) for row in rows], note


def shown(column: str, cell: str) -> str:
    """Write a cell for the page: large numbers in millions, an image's size as its side.

    Examples
    --------
    >>> shown("parameters", "138,357,544"), shown("input", "3 x 224 x 224")
    ('138.36', '224')
    """
    if column in MILLIONS:
        return f"{int(cell.replace(',', '')) / 1e6:,.2f}"
    return cell.split(" x ")[-1] if column == "input" else cell


class ModelsTable(SphinxDirective):
    """Show some columns of the table of networks."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {"columns": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        rows, _ = read_table(models_markdown())
        columns = [name.strip() for name in self.options["columns"].split(",")]
        unknown = [name for name in columns if name not in rows[0]]
        if unknown:
            raise self.error(f"models-table: expected columns of {list(rows[0])}, got {unknown}")
        for path in SOURCES:
            self.env.note_dependency(str(path))
        table = nodes.table(classes=["sortable", "models"])
        table += nodes.title("", "", nodes.Text(self.arguments[0]))
        group = nodes.tgroup(cols=len(columns))
        group += [nodes.colspec(colwidth=1) for _ in columns]
        group += nodes.thead("", _row(columns, [MILLIONS.get(name, name) for name in columns]))
        body = [[shown(name, row[name]) for name in columns] for row in rows]
        group += nodes.tbody("", *(_row(columns, cells) for cells in body))
        table += group
        return [table]


class ModelsNote(SphinxDirective):
    """Show the text below the table of networks: what its depths count."""

    def run(self) -> list[nodes.Node]:
        _, note = read_table(models_markdown())
        names = {row["name"] for row in read_table(models_markdown())[0]}
        text = re.sub(r"\b[a-z0-9_]+\b", lambda w: f"`{w[0]}`" if w[0] in names else w[0], note)
        return self.parse_text_to_nodes(text)


def _row(columns: list[str], cells: list[str]) -> nodes.row:
    row = nodes.row()
    for column, cell in zip(columns, cells, strict=True):
        classes = [] if column in WORDS else ["number"]
        row += nodes.entry("", nodes.paragraph("", "", nodes.Text(cell)), classes=classes)
    return row


def sort_in_cells(app: Sphinx, doctree: Any, docname: str) -> None:
    """Let readers sort the tables that a cell tagged `sortable` prints."""
    for cell in doctree.findall(nodes.container):
        if "tag_sortable" in cell["classes"]:
            for table in cell.findall(nodes.table):
                table["classes"] += ["sortable", "models"]


def only_where_used(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    tables = doctree.findall(nodes.table) if doctree is not None else ()
    if any("sortable" in table["classes"] for table in tables):
        app.add_js_file("sortable.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("models-table", ModelsTable)
    app.add_directive("models-note", ModelsNote)
    app.connect("doctree-resolved", sort_in_cells)
    app.connect("html-page-context", only_where_used)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
