"""Print the built book into one PDF: python tools/pdf.py [--html FOLDER] [--out FILE]

All pages become one document, in the order of `_toc.yml`, which Chromium prints. The numbers of
pages are then read from the PDF, put into the contents and behind the links, and it is printed
again, until they are right. Bookmarks come last.
"""

from __future__ import annotations

import argparse
import html
import io
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from browser import open_browser
from bs4 import BeautifulSoup, Tag
from chapters import HTML, ROOT, Chapter, read_chapters, relink
from playwright.sync_api import Browser, Page
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Fit
from rich.console import Console

sys.path.append(str(ROOT / "book/_ext"))

from artwork import as_svg

logging.getLogger("pypdf").setLevel(logging.ERROR)  # Chromium counts the objects of a PDF one short
SHEET = Path(__file__).with_name("pdf.css")
WIDTH = 605  # CSS pixels of 160 mm, what a line of the text has
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
MOST_TURNS = 4
WHOLE = 28  # lines of code, or rows of a table, that stay on one page
# links whose page is worth a number: to other figures, sections and answers, not to each term
NUMBERED = ".std-ref, .std-doc, .std-numref, .quiz-elsewhere a"

# what is too wide for the paper becomes smaller; a table may break words before that
FIT = """([width, whole]) => {
    for (const pre of document.querySelectorAll("article pre"))
        if (pre.textContent.split("\\n").length <= whole) pre.classList.add("short");
    for (const table of document.querySelectorAll("article table")) {
        if (table.rows.length <= whole) table.classList.add("short");
        for (let size = 9.4; table.offsetWidth > width && size > 6; size -= 0.4)
            table.style.fontSize = `${size}pt`;
    }
    for (const box of document.querySelectorAll("article mjx-container")) {
        const picture = box.querySelector("svg");
        const space = box.closest("div.math, p, td, li").clientWidth;
        const number = box.parentElement.querySelector(".eqno")?.offsetWidth ?? 0;
        const room = space - (number ? number + 12 : 0);
        if (picture.clientWidth > room)
            box.style.fontSize = `${Math.floor(100 * room / picture.clientWidth)}%`;
    }
}"""
LOADED = """async () => {
    await document.fonts.ready;
    const broken = await Promise.all([...document.images].map(
        picture => picture.decode().then(() => "", () => picture.src)));
    return broken.filter(Boolean);
}"""
FILL = """pages => {
    for (const place of document.querySelectorAll("[data-page-of]"))
        place.textContent = pages[place.dataset.pageOf] ?? "000";
}"""
CLIPPED = """width => [...document.querySelectorAll("article *, .book-contents *")].filter(e => {
    const { position, overflowX } = getComputedStyle(e);
    if (e.closest("svg, mjx-container") || position === "absolute") return false;
    const { left, right } = e.getBoundingClientRect();
    if (right === left) return false;
    const cut = e.scrollWidth > e.clientWidth + 1 && overflowX !== "visible";
    return cut || right > width + 1.5 || left < -1.5;
}).map(e => e.outerHTML.slice(0, 160))"""


def target(name: str, anchor: str) -> str:
    """Return the id that a place of a page has in the whole document.

    Examples
    --------
    >>> target("book/02_convolution/index", "padding"), target("book/glossary", "")
    ('02_convolution-index--padding', 'glossary')
    """
    key = name.removeprefix("book/").replace("/", "-")
    return f"{key}--{anchor}" if anchor else key


def entry(kind: str, number: str, title: str, goal: str) -> str:
    """Write a line of contents: number, title, dots, page."""
    return (
        f'<li class="{kind}"><a class="entry" href="#{goal}"><span class="n">{number}</span>'
        f'<span class="t">{html.escape(title)}</span><span class="dots"></span>'
        f'<span class="p" data-page-of="{goal}">000</span></a></li>'
    )


def contents(chapters: list[Chapter]) -> str:
    """Write the table of contents."""
    lines, part = [], 0
    for chapter in chapters:
        if chapter.part:
            part += 1
            words = f'<a href="#part-{part}">{html.escape(chapter.part)}</a>'
            lines.append(f"</ol><h2>{words}</h2><ol>")
        kind = "chapter-line" if chapter.depth == 1 else "section-line"
        lines.append(entry(kind, chapter.number, chapter.title, chapter.key))
        lines += inside(chapter, "section-line") if chapter.depth == 1 else []
    return f'<nav class="book-contents"><h1>Contents</h1><ol>{"".join(lines)}</ol></nav>'


def inside(chapter: Chapter, kind: str) -> list[str]:
    """Write a line for each section."""
    return [
        entry(kind, number, title, target(chapter.name, anchor))
        for anchor, number, title in chapter.sections
    ]


def part_page(number: int, first: int, chapters: list[Chapter]) -> str:
    """Write the page that opens a part, with its chapters."""
    lines = []
    for chapter in chapters[first:]:
        if lines and chapter.part:
            break
        if chapter.depth == 1:
            lines.append(entry("", chapter.number, chapter.title, chapter.key))
    return (
        f'<section class="full-page part-page" id="part-{number}">'
        f'<p class="part-number">Part {ROMAN[number - 1]}</p>'
        f'<h1>{html.escape(chapters[first].part)}</h1><ol>{"".join(lines)}</ol></section>'
    )


def front(title: str, licence: str, lead: str) -> str:
    """Write the title page, and what stands behind it."""
    return (
        f'<section class="full-page title-page" id="title-page"><h1>{html.escape(title)}</h1>'
        f'<p class="below">{html.escape(lead)}</p>{as_svg(92)}</section>'
        f'<section class="imprint"><p><strong>{html.escape(title)}</strong></p>{licence}'
        "<p>On paper, an instrument leaves its picture and a question its text; the answers have "
        "a chapter near the end. Code that only draws the figure below it is left out: it stands "
        "in the book to be opened in a browser, and in the notebooks of its pages.</p>"
        f"<p>Printed from the built book on {date.today():%d %B %Y}. The picture on the title page "
        "is a photograph by Daniel Buechele (CC BY 2.0) and what an edge kernel sees in it, "
        "computed by the course’s own convolution.</p></section>"
    )


def compose(chapters: list[Chapter], folder: Path, about: dict[str, Any]) -> str:
    """Return the whole document."""
    title, licence = about["title"], about["html"]["extra_footer"]
    language = about["sphinx"]["config"]["language"].replace("_", "-")
    names = {chapter.name for chapter in chapters}
    lead = " ".join(chapters[0].article.select_one(".lead").get_text().split())
    for chapter in chapters:
        relink(chapter, names, lambda page, anchor: f"#{target(page, anchor)}")
        name_apart(chapter, folder)
    number_links(chapters)
    pieces = [gather_glyphs(chapters), front(title, licence, lead), contents(chapters)]
    parts = 0
    for place, chapter in enumerate(chapters):
        if chapter.part:
            parts += 1
            pieces.append(part_page(parts, place, chapters))
        pieces.append(laid_out(chapter))
    heads = "".join(running_head(chapter, title) for chapter in chapters)
    return (
        f'<!doctype html><html lang="{language}" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title>"
        f'<link rel="stylesheet" href="{(folder / "_static/book.css").as_uri()}">'
        f'<link rel="stylesheet" href="{SHEET.as_uri()}"><style>{heads}</style></head>'
        f"<body>{''.join(pieces)}</body></html>"
    )


def name_apart(chapter: Chapter, folder: Path) -> None:
    """Put the page's name before its ids, and give each picture its whole address."""
    for element in chapter.article.select("[id]"):
        if element.find_parent("svg") is None:
            element["id"] = target(chapter.name, str(element["id"]))
    for picture in chapter.article.select("img"):
        picture["src"] = (folder / chapter.name).parent.joinpath(str(picture["src"])).as_uri()


def number_links(chapters: list[Chapter]) -> None:
    """Put the page behind links to other chapters: "the errata (p. 310)"."""
    there = {str(e["id"]) for chapter in chapters for e in chapter.article.select("[id]")}
    there |= {chapter.key for chapter in chapters}
    for chapter in chapters:
        for shown in chapter.article.select(NUMBERED):
            link = shown if shown.name == "a" else shown.find_parent("a")
            goal = str(link.get("href", "")).removeprefix("#") if link else ""
            if goal in there and not f"{goal}--".startswith(f"{chapter.key}--"):
                place = f'<span data-page-of="{goal}">000</span>'
                link.insert_after(_tag(f'<span class="page-ref"> (p. {place})</span>'))


def gather_glyphs(chapters: list[Chapter]) -> str:
    """Take the outlines of the formulas' glyphs out of the pages: each once, for all."""
    paths = {}
    for chapter in chapters:
        for svg in chapter.article.select("svg.maths-glyphs"):
            paths |= {path["id"]: str(path) for path in svg.select("path")}
            svg.decompose()
        for formula in chapter.article.select("mjx-container"):
            formula.attrs.pop("data-mathml")
            formula.svg["role"], formula.svg["aria-label"] = "img", formula["data-tex"]
    joined = "".join(paths.values())
    return f'<svg class="maths-glyphs" aria-hidden="true"><defs>{joined}</defs></svg>'


def laid_out(chapter: Chapter) -> str:
    """Write a page; a numbered chapter gets a page of its own to open with."""
    article = chapter.article
    article["id"], article["class"] = chapter.key, ["bd-article", "chapter", f"of-{chapter.key}"]
    if chapter.number and chapter.depth == 1:
        section = article.find("section", recursive=False)
        opening = section.select(":scope > h1, :scope > .lead, :scope > .objectives")
        opener = _tag('<header class="opener"></header>')
        opener.append(_tag(f'<p class="chapter-number">{chapter.number}</p>'))
        opener.extend([piece.extract() for piece in opening])
        opener.h1.select_one(".section-number").decompose()
        opener.append(_tag(f'<ol class="inside">{"".join(inside(chapter, ""))}</ol>'))
        section.insert(0, opener)
    return str(article)


def _tag(text: str) -> Tag:
    return next(BeautifulSoup(text, "html.parser").children)  # type: ignore[return-value]


def running_head(chapter: Chapter, title: str) -> str:
    """Write the style of a chapter's pages, with what stands above them."""
    style = 'font: 400 9pt "Sans", sans-serif; color: #575c66; white-space: nowrap'
    left = f"{chapter.number}\u2002{chapter.title}" if chapter.number else chapter.title
    heads = {"left": left, "right": title if title != chapter.title else ""}
    boxes = "".join(
        f"@top-{side} {{ content: {json.dumps(words, ensure_ascii=False)}; {style} }} "
        for side, words in heads.items()
    )
    name = f"of-{chapter.key}"
    return f"@page {name} {{ {boxes} }} .{name} {{ page: {name} }}"


# --- printing ---


def print_twice(page: Page) -> bytes:
    """Print until the numbers of pages in the document are those of the print."""
    known: dict[str, int] = {}
    for _ in range(MOST_TURNS):
        page.evaluate(FILL, known)
        printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)
        found = {name: number + 1 for name, (number, _) in destinations(printed).items()}
        if found == known:
            return printed
        known = found
    raise RuntimeError(f"the numbers of pages still change after printing {MOST_TURNS} times")


def destinations(printed: bytes) -> dict[str, tuple[int, float]]:
    """Return the page, from 0, and the height on it of each place that a link leads to."""
    reader = PdfReader(io.BytesIO(printed))
    return {
        name.removeprefix("/"): (reader.get_destination_page_number(place), float(place.top or 0))
        for name, place in reader.named_destinations.items()
    }


def bookmarks(chapters: list[Chapter]) -> Iterator[tuple[int, str, str]]:
    """Give the depth, the words and the target of each bookmark."""
    part, deeper = 0, 0
    for chapter in chapters:
        if chapter.part:
            part, deeper = part + 1, 1
            yield 0, chapter.part, f"part-{part}"
        depth = deeper + chapter.depth - 1
        yield depth, f"{chapter.number} {chapter.title}".strip(), chapter.key
        for anchor, number, title in chapter.sections if chapter.depth == 1 else ():
            yield depth + 1, f"{number} {title}".strip(), target(chapter.name, anchor)


def with_bookmarks(printed: bytes, chapters: list[Chapter], title: str, author: str) -> PdfWriter:
    """Add the outline that a reader of PDFs shows beside the pages, and who wrote it."""
    places = destinations(printed)
    writer = PdfWriter(clone_from=io.BytesIO(printed))
    above: dict[int, object] = {}
    for depth, words, goal in bookmarks(chapters):
        number, top = places[goal]
        above[depth] = writer.add_outline_item(
            title=words, page_number=number, parent=above.get(depth - 1),
            fit=Fit.xyz(top=top), is_open=depth == 0,
        )  # fmt: skip
    writer.add_metadata({"/Title": title, "/Author": author})
    writer.page_mode = "/UseOutlines"
    return writer


def make_pdf(browser: Browser, folder: Path, toc: Path, config: Path, out: Path) -> int:
    """Print a built book; return the number of pages.

    Raises
    ------
    FileNotFoundError
        If a page has not been built.
    RuntimeError
        If something on a page is cut off, or the numbers of pages do not come to rest.
    """
    about = yaml.safe_load(config.read_text("utf-8"))
    chapters = read_chapters(folder, toc)
    out.parent.mkdir(parents=True, exist_ok=True)
    document, partial = out.with_suffix(".html"), out.with_suffix(".partial")
    document.write_text(compose(chapters, folder, about), "utf-8")
    with Console(stderr=True).status("printing, until the numbers of pages are right"):
        printed = printed_on_paper(browser, document)
        writer = with_bookmarks(printed, chapters, about["title"], about["author"])
        writer.write(partial)
    partial.replace(out)
    document.unlink()
    return len(writer.pages)


def printed_on_paper(browser: Browser, document: Path) -> bytes:
    """Open the document, make all of it fit, and print it."""
    with closing(browser.new_page(viewport={"width": WIDTH, "height": 900})) as page:
        page.set_default_timeout(600_000)
        page.emulate_media(media="print")
        page.goto(document.as_uri())
        if broken := page.evaluate(LOADED):
            raise RuntimeError("pictures that cannot be read:\n" + "\n".join(broken))
        page.evaluate(FIT, [WIDTH, WHOLE])
        if cut := page.evaluate(CLIPPED, WIDTH):
            raise RuntimeError("cut off at the paper's edge:\n" + "\n".join(cut))
        return print_twice(page)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--html", type=Path, default=HTML, help="the built book")
    parser.add_argument("--toc", type=Path, default=ROOT / "_toc.yml")
    parser.add_argument("--out", type=Path, default=ROOT / "_build/course.pdf")
    options = parser.parse_args()
    try:
        with open_browser() as browser:
            folder, out = options.html.resolve(), options.out.resolve()
            count = make_pdf(browser, folder, options.toc, ROOT / "_config.yml", out)
    except (FileNotFoundError, RuntimeError) as problem:
        sys.exit(str(problem))
    size = options.out.stat().st_size / 1e6
    sys.stdout.write(f"{count} pages, {size:.1f} MB, in {options.out}\n")


if __name__ == "__main__":
    main()
