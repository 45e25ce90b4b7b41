"""Draw formulas when the book is built, so that no page has to load MathJax.

MathJax runs in Node (``book/_web/tex2svg.cjs``) and gives each formula twice: as a picture made of
glyph outlines, and as MathML for screen readers. The outlines stand once in each page. A formula
that TeX does not understand is a warning, and so stops the build.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)
SCRIPT = Path(__file__).parents[1] / "_web" / "tex2svg.cjs"
GLYPH = re.compile(r'xlink:href="#(MJX-[^"]+)"')
RENDERER = "drawn"


class Pen:
    """MathJax in a process of its own, started by the first formula.

    Parameters
    ----------
    script : Path
    """

    def __init__(self, script: Path = SCRIPT) -> None:
        self.script = script
        self.process: subprocess.Popen[str] | None = None
        self.drawn: dict[tuple[str, bool], str] = {}
        self.outlines: dict[str, str] = {}
        self.used: dict[str, set[str]] = defaultdict(set)  # page -> glyphs

    def draw(self, tex: str, display: bool, page: str) -> str:
        """Return a formula as HTML, and note its glyphs for the page.

        Raises
        ------
        ValueError
            If TeX does not understand it.
        ExtensionError
            If Node or MathJax is missing.
        """
        if (tex, display) not in self.drawn:
            answer = self._ask({"tex": tex, "display": display})
            if "error" in answer:
                raise ValueError(answer["error"])
            self.outlines |= answer["glyphs"]
            opened = f'<mjx-container data-tex="{html.escape(tex)}"'
            self.drawn[tex, display] = answer["html"].replace("<mjx-container", opened, 1)
        drawn = self.drawn[tex, display]
        self.used[page].update(GLYPH.findall(drawn))
        return drawn

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        process = self.process or self._start()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise ExtensionError(f"{self.script.name} stopped: run `make assets` once, then build")
        return json.loads(line)

    def _start(self) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            [find_node(), str(self.script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8",
        )  # fmt: skip
        return self.process

    def stop(self) -> None:
        """End the process, if one was started."""
        if self.process:
            self.process.communicate()
            self.process = None

    def outlines_of(self, page: str) -> str:
        """Return the glyphs a page needs, as an invisible picture; nothing if it needs none."""
        paths = [f'<path id="{id}" d="{self.outlines[id]}"/>' for id in sorted(self.used[page])]
        if not paths:
            return ""
        return f'<svg class="maths-glyphs" aria-hidden="true"><defs>{"".join(paths)}</defs></svg>'


def find_node() -> str:
    """Return the path of Node, this environment's own first.

    Raises
    ------
    ExtensionError
        If there is none.
    """
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if node is None:
        raise ExtensionError("no Node for the formulas: `make setup` installs it")
    return node


def split_lines(tex: str) -> str:
    r"""Let a displayed formula have lines, ended by ``\\``, and paragraphs, as in Sphinx.

    Examples
    --------
    >>> split_lines("a = b")
    'a = b'
    """
    parts = [part.strip() for part in re.split(r"\n\s*\n", tex) if part.strip()]
    parts = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    if len(parts) == 1:
        return parts[0]
    return r"\begin{gathered}" + r"\\".join(parts) + r"\end{gathered}"


def _draw(translator: Any, node: nodes.Element, tex: str, display: bool) -> str:
    try:
        return translator.builder.app.maths.draw(tex, display, translator.builder.current_docname)
    except ValueError as problem:
        logger.warning("formula: %s, in %s", problem, tex.strip(), location=node, type="maths")
        return f"<code>{html.escape(tex)}</code>"


def visit_inline(translator: Any, node: nodes.math) -> None:
    opening = translator.starttag(node, "span", "", CLASS="math notranslate nohighlight")
    translator.body.append(f"{opening}{_draw(translator, node, node.astext(), False)}</span>")
    raise nodes.SkipNode


def visit_display(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    tex = node.astext() if node["nowrap"] else split_lines(node.astext())
    translator.body.append(f"{_draw(translator, node, tex, True)}</div>\n")
    raise nodes.SkipNode


def add_outlines(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    if "body" in context:
        context["body"] += app.maths.outlines_of(pagename)  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, Any]:
    pen = app.maths = Pen()  # type: ignore[attr-defined]
    app.add_html_math_renderer(RENDERER, (visit_inline, None), (visit_display, None))
    app.add_js_file("maths.js", loading_method="defer")
    app.connect("html-page-context", add_outlines)
    app.connect("build-finished", lambda app, exception: pen.stop())
    return {"parallel_read_safe": True, "parallel_write_safe": False}
