"""Keep together what no line may end in: 3 × 3, 97 %, 2.1 ± 0.3, a formula and its comma."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

SPACE = "\N{NO-BREAK SPACE}"
AS_TYPED = (nodes.literal, nodes.FixedTextElement, nodes.math)
OPENING, CLOSING = re.compile(r"[(\[“‘]+$"), re.compile(r"[.,;:?!)\]’”]+")


def kept(text: str) -> str:
    r"""Return a text whose numbers keep the signs and units that belong to them.

    Examples
    --------
    >>> kept("3 × 3 pixels, 97 % of 5").split(" ")
    ['3\xa0×\xa03', 'pixels,', '97\xa0%', 'of', '5']
    >>> kept("rows × columns")
    'rows × columns'
    """
    text = re.sub(r"(?:(?<=\d)|^) ([×±]) (?=\d|$)", rf"{SPACE}\1{SPACE}", text)
    return re.sub(r"(?:(?<=\d)|^) (?=%)", SPACE, text)


class Unbroken(SphinxPostTransform):
    """Write these spaces, and put formulas into one span with the signs that touch them."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for text in list(self.document.findall(nodes.Text)):
            if not isinstance(text.parent, AS_TYPED) and (new := kept(text)) != text:
                text.parent.replace(text, nodes.Text(new))
        for formula in list(self.document.findall(nodes.math)):
            _hold(formula)


def _hold(formula: nodes.math) -> None:
    parent = formula.parent
    place = parent.index(formula)
    before, after = parent[max(place - 1, 0) : place], parent[place + 1 : place + 2]
    opened = OPENING.search(before[0]) if before and isinstance(before[0], nodes.Text) else None
    closed = CLOSING.match(after[0]) if after and isinstance(after[0], nodes.Text) else None
    if not opened and not closed:
        return
    held = nodes.inline(classes=["held"])
    parent[place] = held
    held += formula
    if closed:
        held += nodes.Text(closed[0])
        parent[place + 1] = nodes.Text(after[0][closed.end() :])
    if opened:
        held.insert(0, nodes.Text(opened[0]))
        parent[place - 1] = nodes.Text(before[0][: opened.start()])


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_post_transform(Unbroken)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
