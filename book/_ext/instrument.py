"""The `instrument` directive: a machine to play with, and a still picture of it for paper.

    ```{instrument} kernel_scanner
    :stride: 2
    ```

Options set the instrument's state, written as in an address (`1,2;3,4` is a grid). The scripts
are classic ones in ``_static/instruments``, so that they run from disk. A page loads ``start.js``,
which loads the others when an instrument comes near.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from matplotlib.figure import Figure
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from cnncourse.errors import CourseError
from cnncourse.instruments import INSTRUMENTS, instrument
from cnncourse.instruments.linker import FOLDER, book_scripts, styles
from cnncourse.instruments.widget import Instrument, slot

PICTURES = "_build/instruments"  # below the sources
STATIC = "instruments"  # below _static


class AnyOption(dict[str, Any]):
    """Options of any name, as text: each instrument says itself which it takes."""

    def __missing__(self, key: str) -> Any:
        return directives.unchanged

    def __contains__(self, key: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True  # no options at all would mean that every line is content


class running(nodes.Element):  # noqa: N801, docutils names nodes in lower case
    """The place of an instrument; its children stand there until it runs."""


class InstrumentDirective(SphinxDirective):
    """Put an instrument into a page."""

    required_arguments = 1
    option_spec = AnyOption()

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if any(node["name"] == name for node in self.state.document.findall(running)):
            raise self.error(f"instrument {name}: it is on this page already, under this name")
        try:
            made = instrument(name).from_text(self.options)
        except CourseError as problem:
            raise self.error(f"instrument {name}: {problem}") from problem
        self.env.note_dependency(str(FOLDER / f"{name}.py"))
        twin = made.twin()
        alt = twin.alt if self.env.app.builder.name != "gettext" else ""  # it is translated
        picture = nodes.image(uri=self._picture(made, twin.figure), alt=alt, width="614px")
        # no figure: it would take a number from those that stay
        words = nodes.paragraph("", twin.caption, translatable=False)  # this, too
        still = nodes.container("", picture, words, classes=["cnn-still"])
        return [running("", still, name=name, html=slot(made, "\0"))]

    def _picture(self, made: Instrument, figure: Figure) -> str:
        """Draw the still twin into a file and return its address for Sphinx.

        Only a picture that has changed is written: a new file has its pages read again.
        """
        key = hashlib.sha256(repr(made.state_values()).encode()).hexdigest()[:10]
        path = Path(self.env.srcdir) / PICTURES / f"{made.name}-{key}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="png")
        if not path.is_file() or path.read_bytes() != drawn.getvalue():
            partial = path.with_suffix(".partial")
            partial.write_bytes(drawn.getvalue())
            partial.replace(path)
        return f"/{PICTURES}/{path.name}"


def visit(translator: Any, node: running) -> None:
    anchors = "".join(f'<span id="{name}"></span>' for name in node["ids"])
    translator.body.append(anchors + node["html"].partition("\0")[0])


def depart(translator: Any, node: running) -> None:
    translator.body.append(node["html"].partition("\0")[2])


def skip(translator: Any, node: running) -> None:
    """Other builders show the picture alone."""


def write_scripts(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / STATIC
    files = {**book_scripts(INSTRUMENTS), "instruments.css": styles(INSTRUMENTS)}
    for file, text in files.items():
        _write(folder / file, text)


def _write(path: Path, text: str) -> None:
    if path.is_file() and path.read_text("utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def add_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    if doctree and any(doctree.findall(running)):
        app.add_js_file(f"{STATIC}/start.js", loading_method="defer")
        app.add_css_file(f"{STATIC}/instruments.css")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("instrument", InstrumentDirective)
    app.add_node(running, html=(visit, depart), text=(skip, skip), latex=(skip, skip))
    app.connect("builder-inited", write_scripts)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
