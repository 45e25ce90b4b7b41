"""Turn the HTML of a page back into Markdown that any notebook shows.

What Sphinx has resolved stays resolved: numbers of figures and formulas, citations, values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bs4 import BeautifulSoup, NavigableString, Tag

from cnncourse.instruments.words import t

SKIPPED = ("script", "svg", "style", "button", "mjx-assistive-mml")
MARKS = {"em": "*", "i": "*", "strong": "**", "b": "**"}
LETTERS = "ABCDEFGHIJ"
Address = Callable[[str], str]


class Place(str):
    """Where something that is no prose stands: a cell of code, or an instrument."""


def pieces(body: str, address: Address) -> Iterator[str]:
    """Give the page's blocks as Markdown, and a `Place` for each cell and each instrument.

    Parameters
    ----------
    body : str
        The page's article, in HTML.
    address : callable
        From a link's address on the page to one for the notebook; "" leaves the link's text alone.

    Examples
    --------
    >>> list(pieces("<section><h2>A</h2><p>x <em>y</em></p></section>", str))
    ['## A', 'x *y*']
    """
    soup = BeautifulSoup(body, "html.parser")
    for useless in soup.select("a.headerlink, p.as-notebook, .toctree-wrapper"):
        useless.decompose()
    yield from _blocks(soup, address)


def _blocks(parent: Tag, address: Address) -> Iterator[str]:
    for child in parent.children:
        if isinstance(child, NavigableString):
            continue
        yield from (piece for piece in _block(child, address) if piece.strip())


def _block(tag: Tag, address: Address) -> Iterator[str]:
    kind, classes = tag.name, tag.get("class", [])
    if kind in SKIPPED:
        return
    if "cell" in classes:
        yield Place("cell")
        yield from (_caption(caption, address) for caption in tag.select("figcaption"))
    elif "cnn-slot" in classes:
        yield Place(tag["data-instrument"])
    elif "math" in classes and kind == "div":
        yield _formula(tag)
    elif "quiz" in classes:
        yield _quoted("\n\n".join(filter(None, _question(tag, address))))
    elif "admonition" in classes or "exercise" in classes:
        yield _quoted("\n\n".join(_blocks(tag, address)))
    elif re.fullmatch("h[1-6]", kind):
        yield f"{'#' * int(kind[1])} {_inline(tag, address)}"
    elif "admonition-title" in classes or "rubric" in classes:
        yield f"**{_inline(tag, address)}**"
    elif kind in ("p", "dt", "summary", "caption"):
        yield _inline(tag, address)
    elif kind in ("ul", "ol"):
        yield "\n".join(_items(tag, address))
    elif kind == "pre":
        language = "" if tag.find_parent("div", class_="highlight-console") else "python"
        yield f"```{language}\n{tag.get_text().rstrip()}\n```"
    elif kind == "table":
        yield _table(tag, address)
    elif kind == "figcaption":
        yield _caption(tag, address)
    else:
        yield from _blocks(tag, address)


def _inline(tag: Tag, address: Address) -> str:
    return " ".join("".join(_words(child, address) for child in tag.children).split())


def _words(node: object, address: Address) -> str:
    if isinstance(node, NavigableString):
        return re.sub(r"([*_$`\\])", r"\\\1", str(node)).replace("<", "&lt;")
    assert isinstance(node, Tag)
    if node.name in SKIPPED or node.name == "img":
        return ""
    if "math" in node.get("class", []):
        return f"${node.select_one('mjx-container')['data-tex']}$"
    if node.name == "code":
        return f"`{node.get_text()}`"
    inside = "".join(_words(child, address) for child in node.children)
    if node.name == "a" and (goal := address(str(node.get("href", "")))):
        return f"[{inside}]({goal})"
    mark = MARKS.get(node.name, "")
    return f"{mark}{inside}{mark}"


def _formula(tag: Tag) -> str:
    number = tag.select_one(".eqno")
    tex = str(tag.select_one("mjx-container")["data-tex"])
    mark = rf" \tag{{{number.get_text().strip('()')}}}" if number else ""
    return f"$$\n{tex}{mark}\n$$"


def _caption(tag: Tag, address: Address) -> str:
    return f"*{_inline(tag, address).replace('*', '')}*"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _items(tag: Tag, address: Address) -> Iterator[str]:
    for number, item in enumerate(tag.find_all("li", recursive=False), start=1):
        mark = f"{number}." if tag.name == "ol" else "-"
        text = "\n".join(_blocks(item, address)) or _inline(item, address)
        yield f"{mark} " + text.replace("\n", "\n   ")


def _table(tag: Tag, address: Address) -> str:
    rows = [
        [_inline(cell, address).replace("|", r"\|") for cell in row.find_all(["th", "td"])]
        for row in tag.select("tr")
    ]
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _question(tag: Tag, address: Address) -> Iterator[str]:
    """Write a question and its possible answers; the right one has a page of its own."""
    word = t("Question")
    yield f"**{word}.** {_inline(tag.select_one('.quiz-question'), address)}"
    fieldset = tag.fieldset
    for child in fieldset.find_all(True, recursive=False):
        if not re.search("quiz-(question|option|steps|number|direction)", " ".join(child["class"])
                         if child.has_attr("class") else ""):  # fmt: skip
            yield from _block(child, address)
    answers = [
        f"- {letter}. {_inline(answer, address)}"
        for letter, answer in zip(
            LETTERS, fieldset.select(".quiz-option label, .quiz-words"), strict=False
        )
    ]
    yield "\n".join(answers)
    yield f"*{_inline(tag.select_one('.quiz-direction'), address)}*"
