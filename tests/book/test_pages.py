"""The built book, walked in a real browser: from disk and served."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
AXE = ROOT / "book/_web/node_modules/axe-core/axe.min.js"
PHONE = 390  # pixels
# a moment after the window changes its size, what is too wide can be scrolled by keyboard
SETTLED = """async () => {
    const stuck = () => [...document.querySelectorAll("pre, .pst-scrollable-table-container")]
        .some(box => box.tabIndex < 0 && box.scrollWidth > box.clientWidth);
    for (let tries = 0; tries < 20 && stuck(); tries += 1)
        await new Promise(done => setTimeout(done, 50));
}"""
# pictures further down wait until they are needed
LOAD = "all => Promise.all(all.map(i => { i.loading = 'eager'; return i.decode().catch(() => 0) }))"
CHAPTERS = [
    f"book/{page.parent.name}/index.html"
    for page in sorted((ROOT / "book").glob("[0-9]*/index.md"))
]


# chapters with many formulas and pictures, whatever their sources come to say
RICH = {f"book/{name}/index.html" for name in ("01_why_not_dense", "02_convolution", "10_cost")}
FORMULA = re.compile(r"\$\$.+?\$\$|(?<!\\)\$[^$]+\$", re.S)
FENCE = re.compile(r"^```(?!\{math\}).*?^```$", re.S | re.M)


def source_of(page_path):
    return (ROOT / page_path).with_suffix(".md").read_text("utf-8")


def prose_of(page_path):
    """The page's source without cells, quizzes and other blocks."""
    return FENCE.sub("", source_of(page_path))


def test_the_book_has_its_pages(html):
    pages = {path.relative_to(html).as_posix() for path in html.glob("book/**/*.html")}
    others = {f"book/{name}.html" for name in ("index", "errata", "glossary", "references")}
    assert pages >= {*CHAPTERS, *others}


def test_served_page_loads_without_errors_or_outside_requests(visit, served, page_path):
    page = visit(f"{served}/{page_path}", color_scheme="dark")
    assert page.locator("article h1").count() == 1
    assert page.problems == []
    assert overflow(page, PHONE) == []


@pytest.mark.parametrize("width", [1280, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_from_disk_is_sound_and_accessible(on_disk, page_path, scheme, width):
    page = on_disk(page_path)
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("scheme => { document.documentElement.dataset.theme = scheme }", scheme)
    assert page.locator("article h1").count() == 1
    assert page.problems == []
    assert overflow(page, width) == []
    assert violations(page) == []


def violations(page):
    """What axe-core finds against WCAG 2.2, levels A and AA: rule, and the first places."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    page.evaluate(SETTLED)
    found = page.evaluate(
        """tags => axe.run(document, {
            preload: false, resultTypes: ["violations"], runOnly: {type: "tag", values: tags},
        }).then(result => result.violations.map(
            v => [v.id, v.nodes.length, ...v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]))""",
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    )
    return found


def overflow(page, width):
    """What makes the page scroll sideways, or leaves the column."""
    page.set_viewport_size({"width": width, "height": 900})
    return page.evaluate(
        """width => [
            ...(document.documentElement.scrollWidth > width ? ["the page"] : []),
            ...[...document.querySelectorAll(
                "article p, article img, article .admonition, article form, article svg"
            )]
            .filter(e => !e.closest("mjx-container, .maths-glyphs, pre, table, .cell_output > div"))
            .filter(e => e.getBoundingClientRect().right > width + 1)
            .map(e => e.outerHTML.slice(0, 120)),
        ]""",
        width,
    )


def test_maths_is_drawn(on_disk, page_path):
    page = on_disk(page_path)
    formulas = page.locator(".math.notranslate")
    drawn = page.locator("mjx-container > svg")
    spoken = page.locator("mjx-container mjx-assistive-mml math")
    assert drawn.count() == spoken.count() == formulas.count()
    missing = page.evaluate(
        """() => [...document.querySelectorAll("mjx-container use")]
            .map(use => use.getAttribute("xlink:href").slice(1))
            .filter(id => !document.getElementById(id))"""
    )
    assert missing == []
    text = page.locator("article").inner_text()
    for left_over in ("Math input error", "\\(", "\\frac"):
        assert left_over not in text
    if page_path in CHAPTERS:
        assert drawn.count() >= len(FORMULA.findall(prose_of(page_path))) > 0
    if page_path in RICH:
        assert drawn.count() >= 20
        box = drawn.first.bounding_box()
        assert box["width"] > 2
        assert box["height"] > 2


def test_every_picture_has_a_text_and_keeps_its_shape(on_disk, page_path):
    page = on_disk(page_path)
    page.set_viewport_size({"width": PHONE, "height": 844})
    page.eval_on_selector_all("article img", LOAD)
    pictures = page.eval_on_selector_all(
        "article img", "all => all.map(i => [i.src.slice(-40), i.alt, i.naturalWidth])"
    )
    without = [source for source, text, _ in pictures if len(text) < 20 or text.endswith(".webp")]
    broken = [source for source, _, width in pictures if width == 0]
    assert (without, broken) == ([], [])
    stretched = page.evaluate(
        """() => [...document.querySelectorAll("article img")]
            .filter(i => Math.abs(i.width * i.naturalHeight / i.height / i.naturalWidth - 1) > .02)
            .map(i => i.alt.slice(0, 40))"""
    )
    assert stretched == []
    if page_path in CHAPTERS:
        drawn = len(re.findall(r"^ +alt: ", source_of(page_path), re.M))
        assert len(pictures) >= drawn > 0
    if page_path in RICH:
        assert len(pictures) >= 3


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
    quiz = page.locator("div.quiz").first
    assert quiz.locator("legend").is_visible()
    quiz.get_by_role("link", name="Answer").click()
    answer = page.locator(page.url[page.url.index("#") :])
    assert answer.is_visible()
    context.close()


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
