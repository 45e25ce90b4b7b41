"""The built book, walked in a real browser: from disk and served."""

from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

CHAPTERS = [
    "book/01_why_not_dense/index.html",
    "book/02_convolution/index.html",
    "book/10_cost/index.html",
]


def test_the_book_has_its_pages(html):
    pages = {path.relative_to(html).as_posix() for path in html.glob("book/**/*.html")}
    others = {f"book/{name}.html" for name in ("index", "errata", "glossary", "references")}
    assert pages >= {*CHAPTERS, *others}


def test_page_loads_without_errors_or_outside_requests(visit, address, page_path):
    page = visit(f"{address}/{page_path}")
    assert page.locator("article h1").count() == 1
    assert page.problems == []


def test_maths_is_rendered(visit, html, page_path):
    page = visit(f"{html.as_uri()}/{page_path}")
    formulas = page.locator(".math.notranslate")
    drawn = page.locator("mjx-container svg")
    assert drawn.count() >= formulas.count()
    assert page.locator("mjx-merror, [data-mjx-error], [data-mml-node=merror]").count() == 0
    text = page.locator("article").inner_text()
    assert "Math input error" not in text
    assert "\\(" not in text
    assert "\\frac" not in text
    if page_path in CHAPTERS:
        assert drawn.count() >= 20
        box = drawn.first.bounding_box()
        assert box["width"] > 2
        assert box["height"] > 2


def test_links_lead_somewhere(visit, html, page_path):
    page = visit(f"{html.as_uri()}/{page_path}")
    links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    inside = {link for link in links if link.startswith("file:")}
    missing = [link for link in inside if not target_exists(link)]
    assert len(inside) > 5
    assert missing == []


def target_exists(link):
    address, anchor = urldefrag(link)
    path = Path(unquote(urlparse(address).path))
    if not path.is_file():
        return False
    return not anchor or f'id="{unquote(anchor)}"' in path.read_text("utf-8")


def test_every_picture_has_a_text(visit, html, page_path):
    page = visit(f"{html.as_uri()}/{page_path}")
    pictures = page.eval_on_selector_all(
        "article img", "all => all.map(i => [i.src.slice(-40), i.alt, i.naturalWidth])"
    )
    without = [source for source, text, _ in pictures if len(text) < 20 or text.endswith(".png")]
    broken = [source for source, _, width in pictures if width == 0]
    assert (without, broken) == ([], [])
    if page_path in CHAPTERS:
        assert len(pictures) >= 3


def test_nothing_scrolls_sideways_on_a_phone(visit, html, page_path):
    page = visit(f"{html.as_uri()}/{page_path}", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = page.evaluate(
        """() => [...document.querySelectorAll("article p, article img, article .admonition")]
            .filter(e => e.getBoundingClientRect().right > 391)
            .map(e => e.outerHTML.slice(0, 120))"""
    )
    assert wide == []
    stretched = page.evaluate(
        """() => [...document.querySelectorAll("article img")]
            .filter(i => Math.abs(i.width * i.naturalHeight / i.height / i.naturalWidth - 1) > .02)
            .map(i => i.alt.slice(0, 40))"""
    )
    assert stretched == []


def test_search_finds_a_page(visit, address):
    page = visit(f"{address}/search.html?q=equivariance")
    page.wait_for_selector("#search-results li a")
    found = page.eval_on_selector_all("#search-results li a", "all => all.map(a => a.href)")
    assert any("02_convolution" in link for link in found)
    assert page.problems == []


def test_dark_mode_can_be_chosen(visit, html):
    page = visit((html / CHAPTERS[1]).as_uri(), color_scheme="light")

    def background():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    light = background()
    for _ in range(3):  # the button goes round: auto, light, dark
        page.locator("button.theme-switch-button:visible").first.click()
        if page.locator("html").get_attribute("data-theme") == "dark":
            break
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert background() != light


def test_pages_can_be_read_without_javascript(visit, browser, html):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((html / CHAPTERS[0]).as_uri())
    assert page.get_by_text("150,529,000 parameters").first.is_visible()
    option = page.locator(".quiz details").first
    option.locator("summary").click()
    assert option.locator(".sd-summary-content").is_visible()
    context.close()


def test_a_quiz_says_something_about_each_option(visit, html):
    for chapter in CHAPTERS:
        page = visit((html / chapter).as_uri())
        questions = page.locator(".admonition.quiz")
        assert questions.count() == 5
        for question in questions.all():
            assert question.locator(".right").count() == 1
            options = question.locator("details")
            assert options.count() == question.locator(".right, .wrong").count() >= 3


def test_the_exercise_offers_its_notebook(visit, html):
    page = visit((html / CHAPTERS[1]).as_uri())
    card = page.locator(".exercise")
    assert card.locator("tbody tr").count() >= 5
    link = card.locator("a.download").get_attribute("href")
    notebook = (html / CHAPTERS[1]).parent / unquote(link)
    text = notebook.resolve().read_text("utf-8")
    assert '"nbgrader"' in text
    assert "BEGIN HIDDEN TESTS" not in text
    assert "BEGIN SOLUTION" not in text
