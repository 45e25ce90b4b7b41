"""Every address in the built book leads somewhere, read off its files without a browser."""

import base64
import json
import re
from functools import cache
from html.parser import HTMLParser
from itertools import cycle
from urllib.parse import unquote, urlsplit

import pytest

ADDRESSES = {"href", "src", "poster", "data-src", "xlink:href"}
STATE = re.compile(r"\w+\.\w+=")  # of an instrument, behind the # of an address
STYLE = re.compile(r"""url\(["']?(?!data:|#)([^"')]+)""")
OUTSIDE = re.compile(r"https?://[\w-]+(\.[\w-]+)+(:\d+)?(/[^\s<>\"{}|\\^`]*)?")
OF_THE_READER = ("http://localhost:8000", "http://127.0.0.1")


class Page(HTMLParser):
    """The names in a page and the addresses it has, those in sealed answers of quizzes too."""

    def __init__(self, text):
        super().__init__()
        self.names, self.addresses = set(), set()
        self.answers = []  # what the quizzes say, as HTML
        self.sealed = self.quiz = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.names |= {found.get("id"), found.get("name") if tag == "a" else None}
        given = {found[key] for key in ADDRESSES & found.keys() if found[key]}
        given |= {part.split()[0] for part in found.get("srcset", "").split(",") if part.strip()}
        self.addresses |= given
        if found.get("class") == "quiz":
            self.quiz = found["id"]
        self.sealed = self.quiz if found.get("class") == "quiz-sealed" else None

    def handle_endtag(self, tag):
        self.sealed = None

    def handle_data(self, data):
        if not self.sealed:
            return
        key = cycle(self.sealed.encode())
        plain = bytes(a ^ b for a, b in zip(base64.b64decode(data), key, strict=False))
        answers = json.loads(plain)
        self.answers += [answers["worked"], *answers["feedback"]]
        for part in self.answers:
            self.addresses |= Page(part).addresses


@cache
def page_of(path):
    return Page(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def pages(html):
    of_others = {html / "lite", html / "_static", html / "_sources"}
    return [path for path in sorted(html.rglob("*.html")) if not of_others & set(path.parents)]


def problem(page, address):
    """Say what is wrong with an address that stands in a page; nothing if it leads somewhere."""
    if page.name == "404.html":
        address = address.removeprefix("/")  # shown at any address: it names the site's root
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"}:
        return None if OUTSIDE.fullmatch(address) or address.startswith(OF_THE_READER) else "form"
    if parts.scheme in {"data", "mailto"}:
        return None
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return "not inside the book"
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if "/lite/" in target.as_posix():
        return None  # built apart, see test_lite
    if not target.is_file():
        return "no such file"
    name = unquote(parts.fragment)
    if not name or target.suffix != ".html" or STATE.match(name):
        return None
    return None if name in page_of(target).names else "no such place in the page"


def test_every_address_in_the_book_leads_somewhere(pages):
    assert len(pages) > 10
    wrong = [
        f"{page.name} in {page.parent.name}: {address}: {said}"
        for page in pages
        for address in sorted(page_of(page).addresses)
        if (said := problem(page, address))
    ]
    assert wrong == []


def test_every_file_that_a_style_sheet_names_is_there(html):
    sheets = sorted((html / "_static").glob("**/*.css"))
    wrong = [
        f"{sheet.name}: {address}"
        for sheet in sheets if sheet.name in {"book.css", "instruments.css", "live.css"}
        for address in STYLE.findall(sheet.read_text("utf-8"))
        if not (sheet.parent / urlsplit(address).path).is_file()
    ]  # fmt: skip
    assert wrong == []


def test_what_is_wrong_with_an_address_is_seen(tmp_path):
    """The checks above would see a page that is missing, a place that is, and a broken address."""
    page = tmp_path / "a.html"
    page.write_text('<p id="here"><a href="b.html">b</a></p>')
    assert problem(page, "#here") is None
    assert problem(page, "#there") == "no such place in the page"
    assert problem(page, next(iter(page_of(page).addresses))) == "no such file"
    assert problem(page, "https://arxiv org/abs/1") == "form"
    assert problem(page, "https://arxiv.org/abs/1512.03385") is None
    assert problem(page, "/tmp/a.html") == "not inside the book"
    assert problem(page, "#pooling_shift.right=2") is None
