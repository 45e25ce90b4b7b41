"""What lets a page be found and shown elsewhere: description, cards, sitemap, the 404.

With ``html.baseurl`` in `_config.yml` addresses are absolute, as search engines and other sites
ask, and there are a sitemap and a robots.txt; without it no page says where it is published.
"""

from __future__ import annotations

import hashlib
import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from artwork import draw_card
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx

from cnncourse.instruments.words import t

LONGEST = 160  # characters, of what a search engine shows
CARDS = "_static/cards"
LAST_RESORT = "404.html"


def described(body: str) -> str:
    """Return a page's description: its first paragraph, which is its lead where it has one.

    Examples
    --------
    >>> described("<h1>A</h1><p class='as-notebook'>B</p><p>One sentence. Another one.</p>")
    'One sentence. Another one.'
    """
    soup = BeautifulSoup(body, "html.parser")
    for formula in soup.select("mjx-container"):
        formula.replace_with(str(formula.get("data-tex", "")))
    first = soup.select_one(".lead p") or soup.select_one("section > p:not(.as-notebook)")
    first = first or soup.select_one("p:not(.as-notebook)")
    return shortened(" ".join(first.get_text().split())) if first else ""


def shortened(text: str, longest: int = LONGEST) -> str:
    """Cut a text after its last whole sentence within so many characters, else after a word.

    Examples
    --------
    >>> shortened("One. Two three.", 12), shortened("One two three", 9)
    ('One.', 'One two…')
    """
    if len(text) <= longest:
        return text
    sentences = re.match(rf".{{1,{longest - 1}}}[.?!](?=\s)", text)
    if sentences and len(sentences[0]) >= longest / 3:
        return sentences[0]
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def card_words(title: str, site: str) -> tuple[str, str]:
    """Return what a card says: the line above, and the title.

    Examples
    --------
    >>> card_words("2. Convolution", "A book"), card_words("Glossary", "A book")
    (('Chapter 2', 'Convolution'), ('A book', 'Glossary'))
    """
    found = re.match(r"(\d+)\. (.*)", title)
    return (t("Chapter {number}", number=found[1]), found[2]) if found else (site, title)


def card_name(page: str, words: tuple[str, str]) -> str:
    """Return the file of a page's card; another text gets another file."""
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]
    return f"{page.replace('/', '-')}-{digest}.png"


def describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    """Put a description and what other sites show beside a link into a page's head."""
    if doctree is None or app.builder.format != "html":
        return
    site, home = app.config.html_title or app.config.project, address(app)
    above, words = card_words(numbered_title(app, pagename), site)
    card = f"{CARDS}/{card_name(pagename, (above, words))}"
    about = {
        "og:type": "article", "og:title": words, "og:site_name": site,
        "og:description": described(context["body"]), "og:locale": app.config.language,
        "og:image": f"{home}{card}" if home else context["pathto"](card, 1),
        "og:image:alt": f"{above}: {words}", "twitter:card": "summary_large_image",
    }  # fmt: skip
    if home:
        about["og:url"] = f"{home}{pagename}.html"
    lines = [f'<meta name="description" content="{escape(about["og:description"])}" />']
    lines += [
        f'<meta {"name" if key.startswith("twitter") else "property"}="{key}" '
        f'content="{escape(value)}" />'
        for key, value in about.items()
    ]
    context["metatags"] = context.get("metatags", "") + "\n".join(lines)


def address(app: Sphinx) -> str:
    """Return the address on which the book is published, with a slash at its end, or ""."""
    return f"{app.config.html_baseurl.rstrip('/')}/" if app.config.html_baseurl else ""


def write_files(app: Sphinx, exception: Exception | None) -> None:
    """Draw the cards, and write the sitemap and the page of last resort."""
    if exception or app.builder.format != "html":
        return
    out, home = Path(app.outdir), address(app)
    draw_cards(app, out / CARDS)
    root = urlparse(home).path or "/"
    site = app.config.html_title or app.config.project
    words = {
        "root": root, "site": site, "language": app.config.language.replace("_", "-"),
        "title": t("No such page"),
        "said": t("The window slid past the edge: nothing of this book stands at this address."),
        "pages": {
            "book/index": t("The first page, with the contents"), "search": t("Search"),
            "book/glossary": t("The glossary"),
        },
    }  # fmt: skip
    text = app.builder.templates.render(LAST_RESORT, words)  # type: ignore[attr-defined]
    (out / LAST_RESORT).write_text(text, "utf-8")
    if home:
        (out / "sitemap.xml").write_text(sitemap(home, sorted(app.env.found_docs)), "utf-8")
        robots = f"User-agent: *\nAllow: /\nSitemap: {home}sitemap.xml\n"
        (out / "robots.txt").write_text(robots, "utf-8")


def draw_cards(app: Sphinx, folder: Path) -> None:
    """Draw the cards that are not there, and remove those that no page has any more."""
    folder.mkdir(parents=True, exist_ok=True)
    site, wanted = app.config.html_title or app.config.project, set()
    for page in app.env.found_docs:
        words = card_words(numbered_title(app, page), site)
        card = folder / card_name(page, words)
        wanted.add(card)
        if not card.is_file():
            partial = card.with_suffix(".partial")
            draw_card(*words).save(partial, "png", optimize=True)
            partial.replace(card)
    for other in set(folder.iterdir()) - wanted:
        other.unlink()


def numbered_title(app: Sphinx, page: str) -> str:
    """Return a page's title as it stands above it, with its number."""
    number = app.env.toc_secnumbers.get(page, {}).get("", ())
    before = f"{'.'.join(map(str, number))}. " if number else ""
    return f"{before}{app.env.titles[page].astext()}"


def sitemap(home: str, pages: list[str]) -> str:
    """List the pages for search engines.

    Examples
    --------
    >>> sitemap("https://example.org/", ["a"]).splitlines()[2]
    '<url><loc>https://example.org/a.html</loc></url>'
    """
    lines = [f"<url><loc>{escape(f'{home}{page}.html')}</loc></url>" for page in pages]
    return "\n".join([
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">', *lines, "</urlset>\n",
    ])  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", describe, priority=710)  # after the line with the notebook
    app.connect("build-finished", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
