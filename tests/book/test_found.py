"""What lets pages be found: in a mini book with an address and without, and in the book itself."""

import doctest
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import artwork
import found
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

ROOT = Path(__file__).parents[2]
ADDRESS = "https://example.org/course/"


def build(folder, **options):
    """Build two pages with nothing but the extension; return the built folder."""
    source = folder / "source"
    (source / "deep").mkdir(parents=True)
    (source / "templates").mkdir()
    shutil.copy(ROOT / "book/_templates/404.html", source / "templates")
    (source / "index.rst").write_text(
        "Start\n=====\n\nA first sentence. A second.\n\n.. toctree::\n\n   deep/page\n"
    )
    (source / "deep/page.rst").write_text("A <page>\n========\n\nWith *more* to say.\n")
    settings = options | {
        "extensions": ["found"], "templates_path": ["templates"], "language": "en",
        "project": "The book", "html_theme": "basic", "html_title": "The book",
    }  # fmt: skip
    with docutils_namespace():
        app = Sphinx(source, None, folder / "out", folder / "trees", "html",
                     confoverrides=settings, status=None, warningiserror=True)  # fmt: skip
        app.build()
    return folder / "out"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return build(tmp_path_factory.mktemp("published"), html_baseurl=ADDRESS)


@pytest.fixture(scope="module")
def at_home(tmp_path_factory):
    return build(tmp_path_factory.mktemp("home"))


def head(path):
    text = path.read_text("utf-8").partition("</head>")[0]
    soup = BeautifulSoup(text, "html.parser").head
    metas = soup.select("meta[name], meta[property]")
    found = {meta.get("property") or meta["name"]: meta["content"] for meta in metas}
    return found, soup


def test_a_published_page_says_where_it_is_and_what_it_is_about(published):
    metas, soup = head(published / "deep/page.html")
    assert soup.select_one("link[rel=canonical]")["href"] == f"{ADDRESS}deep/page.html"
    assert metas["og:url"] == f"{ADDRESS}deep/page.html"
    assert metas["og:title"] == "A <page>"
    assert metas["og:description"] == metas["description"] == "With more to say."
    assert metas["twitter:card"] == "summary_large_image"


@pytest.mark.parametrize("book", ["published", "at_home"])
def test_a_card_is_drawn_for_each_page_and_found_from_it(book, request):
    out = request.getfixturevalue(book)
    metas, _ = head(out / "deep/page.html")
    picture = metas["og:image"]
    place = out / picture.removeprefix(ADDRESS) if book == "published" else out / "deep" / picture
    with Image.open(place) as card:
        assert card.size == artwork.CARD
        assert len(card.convert("RGB").getcolors(10**6)) > 10
    assert place.stat().st_size < 60_000
    assert len(list((out / found.CARDS).iterdir())) == 2


def test_without_an_address_nothing_says_where_the_book_is_published(at_home):
    metas, soup = head(at_home / "index.html")
    assert metas["description"] == "A first sentence. A second."
    assert "og:url" not in metas
    assert soup.select_one("link[rel=canonical]") is None
    assert not (at_home / "sitemap.xml").exists()
    assert not (at_home / "robots.txt").exists()


def test_the_sitemap_lists_all_pages_and_robots_name_it(published):
    listed = ElementTree.parse(published / "sitemap.xml").findall(".//{*}loc")
    assert [place.text for place in listed] == [f"{ADDRESS}deep/page.html", f"{ADDRESS}index.html"]
    assert f"Sitemap: {ADDRESS}sitemap.xml" in (published / "robots.txt").read_text()


@pytest.mark.parametrize(("book", "root"), [("published", "/course/"), ("at_home", "/")])
def test_the_page_of_last_resort_needs_nothing_beside_it(book, root, request):
    soup = BeautifulSoup(
        (request.getfixturevalue(book) / "404.html").read_text("utf-8"), "html.parser"
    )
    links = [link["href"] for link in soup.select("a[href]")]
    assert links == [f"{root}{page}.html" for page in ("book/index", "search", "book/glossary")]
    assert not soup.select("link, script, img")


def test_a_server_sends_it_at_any_depth(at_home, load):
    serve = load(ROOT / "tools/serve.py")
    with serve.make_server(at_home) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        where = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(f"{where}/no/such/page.html")
        assert missing.value.code == 404
        assert "No such page" in missing.value.read().decode()
        missing.value.close()
        server.shutdown()


def test_pages_of_the_book_have_titles_and_descriptions_of_their_own(html):
    heads = [head(page) for page in sorted(html.glob("book/**/index.html"))]
    descriptions = [metas["description"] for metas, _ in heads]
    titles = [soup.title.get_text() for _, soup in heads]
    assert len(set(titles)) == len(titles) > 10
    assert len(set(descriptions)) == len(descriptions)
    assert all(40 < len(words) <= found.LONGEST for words in descriptions)


@pytest.mark.parametrize("module", [artwork, found])
def test_examples_hold(module):
    assert doctest.testmod(module).failed == 0
