"""Read the built book's pages in the order of its contents, and make them fit to be read on paper.

What only a browser can do is taken out: instruments leave their still picture, a quiz its text, and
code that is folded away in the page (it draws the figure below it) is left to the page.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import yaml
from bs4 import BeautifulSoup, Tag
from rich.console import Console
from rich.progress import track

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build/html"
LETTERS = "ABCDEFGHIJ"
FOR_A_BROWSER = (
    "script", "audio", "a.headerlink", "details.hide", "button", "mjx-assistive-mml",
    "a.sd-stretched-link", ".as-notebook", ".workbook-test [class^=highlight]",
)  # fmt: skip
OUTSIDE = ("http:", "https:", "mailto:")
SHOWN_BY_CELLS = "div.cell, div.cell_output, div.cell_input, div.output"


class Place(NamedTuple):
    """A page in the table of contents: its name, the part it opens or "", and how deep it is."""

    name: str
    part: str
    depth: int


@dataclass
class Chapter:
    """One page of the book.

    Attributes
    ----------
    name : str
        As in `_toc.yml`, such as book/02_convolution/index.
    part : str
        The caption of the part that begins here, or "".
    depth : int
        1, or 2 for a page that belongs to the one before it.
    article : Tag
    number, title : str
        The number is "" where there is none.
    sections : list of (str, str, str)
        Id, number and title of each.
    """

    name: str
    part: str
    depth: int
    article: Tag

    def __post_init__(self) -> None:
        self.number, self.title = heading_texts(self.article.select_one("h1"))
        self.sections = [
            (str(heading.parent["id"]), *heading_texts(heading))
            for heading in self.article.select("section > section > h2")
        ]

    @property
    def key(self) -> str:
        """A name for use in addresses: 02_convolution-index."""
        return self.name.removeprefix("book/").replace("/", "-")


def heading_texts(heading: Tag) -> tuple[str, str]:
    """Return a heading's number and its words.

    Examples
    --------
    >>> text = '<h1><span class="section-number">2. </span>Pooling</h1>'
    >>> heading_texts(BeautifulSoup(text, "html.parser").h1)
    ('2', 'Pooling')
    """
    number = heading.select_one(".section-number")
    before = number.get_text() if number else ""
    return before.strip(" ."), " ".join(heading.get_text().removeprefix(before).split())


def places(toc: dict[str, Any]) -> Iterator[Place]:
    """Give the pages of a table of contents in the order in which they are read.

    Examples
    --------
    >>> list(places({"root": "a", "parts": [{"caption": "P", "chapters": [{"file": "b"}]}]}))
    [Place(name='a', part='', depth=1), Place(name='b', part='P', depth=1)]
    """
    yield Place(toc["root"], "", 1)
    for part in toc.get("parts", [{"chapters": toc.get("chapters", [])}]):
        caption = part.get("caption", "")
        for chapter in part["chapters"]:
            yield Place(chapter["file"], caption, 1)
            caption = ""
            for section in chapter.get("sections", []):
                yield Place(section["file"], "", 2)


def read_chapters(html: Path = HTML, toc: Path = ROOT / "_toc.yml") -> list[Chapter]:
    """Read the pages, each without what only a browser can do.

    Raises
    ------
    FileNotFoundError
        If the book has not been built, or not all of it.
    """
    found = []
    wanted = list(places(yaml.safe_load(toc.read_text("utf-8"))))
    for place in track(wanted, "reading the pages", console=Console(stderr=True), transient=True):
        page = html / f"{place.name}.html"
        if not page.is_file():
            raise FileNotFoundError(f"{place.name}.html is not in {html}: run `make book` first")
        article = BeautifulSoup(page.read_text("utf-8"), "html.parser").select_one("article")
        make_plain(article)
        found.append(Chapter(*place, article))
    return found


def make_plain(article: Tag) -> None:
    """Take out what only a browser can do, and turn questions into text."""
    soup = BeautifulSoup("", "html.parser")
    for quiz in article.select("div.quiz"):
        write_quiz(quiz, soup)
    for formula in article.select("mjx-container"):
        keep_mathml(formula)
    for useless in article.select(", ".join(FOR_A_BROWSER)):
        useless.decompose()
    for fold in article.select("details"):
        summary = fold.summary
        summary["class"], summary.name, fold.name = ["fold-title"], "p", "div"
    for slot in article.select(".cnn-slot"):
        still = slot.select_one(".cnn-still").extract()
        still["id"] = slot["id"]
        slot.replace_with(still)
    for picture in article.select("img"):
        del picture["loading"]
        picture["src"] = re.sub(r"(_images/.*)\.webp$", r"\1.png", str(picture["src"]))
    for link in article.select("a.image-reference"):
        link.unwrap()
    for contents in article.select(".toctree-wrapper"):
        section = contents.find_parent("section")
        contents.decompose()
        if section and not section.select_one("p, section"):
            section.decompose()
    for empty in reversed(article.select(SHOWN_BY_CELLS)):
        if not empty.get_text(strip=True) and not empty.select_one("img, svg, table"):
            empty.decompose()


def keep_mathml(formula: Tag) -> None:
    """Leave the formula for programs that read aloud, and for books that draw MathML themselves."""
    spoken = formula.select_one("mjx-assistive-mml > math")
    formula["data-mathml"] = str(spoken)


def write_quiz(quiz: Tag, soup: BeautifulSoup) -> None:
    """Write a question's answers as a list with letters, or as a line to write on."""
    rows = quiz.select(".quiz-option, .quiz-step")
    listed = soup.new_tag("ol", attrs={"class": "quiz-choices"})
    for letter, row in zip(LETTERS, rows, strict=False):
        item = soup.new_tag("li")
        mark = soup.new_tag("span", attrs={"class": "quiz-letter"})
        mark.string = letter
        words = row.select_one("label, .quiz-words")
        item.extend([mark, " ", *list(words.contents)])
        listed.append(item)
    if rows:
        (quiz.select_one(".quiz-steps") or rows[0]).insert_before(listed)
    for row in quiz.select(".quiz-option, .quiz-steps"):
        row.decompose()
    for label in quiz.select(".quiz-number label"):
        label.name = "span"
        del label["for"]
    legend = quiz.select_one("legend")
    legend.name, quiz.fieldset.name = "p", "div"
    for name in ("data-kind", "data-key"):
        del quiz[name]


def relink(chapter: Chapter, names: set[str], address: Callable[[str, str], str]) -> None:
    """Let links lead to where a page's parts now are; those to anything else become text.

    Parameters
    ----------
    chapter : Chapter
    names : set of str
        The pages that are there.
    address : callable
        From a page's name and an anchor to the new address.
    """
    for link in chapter.article.select("a[href]"):
        href = str(link["href"])
        if href.startswith(OUTSIDE):
            continue
        path, _, anchor = href.partition("#")
        folder = posixpath.dirname(chapter.name)
        name = posixpath.normpath(posixpath.join(folder, unquote(path))) if path else chapter.name
        if name.removesuffix(".html") in names:
            link["href"] = address(name.removesuffix(".html"), unquote(anchor))
        else:
            link.unwrap()
