"""The table of networks: the same numbers as the terminal's, sorted by keyboard."""

import pytest
from models import SOURCES, models_markdown, read_table

from cnncourse.models.registry import models_markdown as from_the_registry

HEADINGS = ["network", "year", "depth", "parameters / 10⁶", "multiply-adds / 10⁶", "input",
            "error % (top-1 / top-5)", "torchvision’s weights"]  # fmt: skip


@pytest.fixture
def page(visit, html):
    return visit((html / "book/models.html").as_uri())


def column(page, number):
    table = page.locator("table.sortable").first
    return table.locator(f"tbody tr td:nth-child({number + 1})").all_text_contents()


def test_the_page_shows_what_the_terminal_prints(page, tmp_path):
    assert models_markdown(tmp_path) == from_the_registry()
    rows, note = read_table(from_the_registry())
    assert [row["network"] for row in rows] == column(page, 0)
    millions = [f"{int(row['parameters'].replace(',', '')) / 1e6:,.2f}" for row in rows]
    assert millions == column(page, 3)
    assert note[:40] in page.locator("article").inner_text()
    papers = page.locator("table.sortable").nth(1).locator("tbody tr td:last-child")
    assert papers.all_text_contents() == [row["paper"] for row in rows]


def test_the_table_is_kept_until_a_source_changes(tmp_path):
    assert any(path.name == "papers.py" for path in SOURCES)
    models_markdown(tmp_path)
    (kept,) = tmp_path.glob("*.md")
    kept.write_text("kept")
    assert models_markdown(tmp_path) == "kept"


def test_a_heading_sorts_by_keyboard_and_says_how(page):
    table = page.locator("table.sortable").first
    heads = table.locator("th")
    assert heads.all_text_contents() == HEADINGS
    page.locator("table.sortable th button").first.focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    numbers = [float(text.replace(",", "")) for text in column(page, 3)]
    assert numbers == sorted(numbers)
    assert heads.nth(3).get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    numbers = [float(text.replace(",", "")) for text in column(page, 3)]
    assert numbers == sorted(numbers, reverse=True)
    assert heads.nth(3).get_attribute("aria-sort") == "descending"
    assert table.locator("th[aria-sort]").count() == 1


def test_what_is_missing_comes_last_either_way(page):
    table = page.locator("table.sortable").first
    for _ in range(2):
        table.get_by_role("button", name="torchvision").click()
        cells = column(page, 7)
        given = [bool(text.strip()) for text in cells]
        assert given == sorted(given, reverse=True)
        assert given[0]
    table.get_by_role("button", name="network").click()
    names = column(page, 0)
    assert names.index("ResNet-18") < names.index("ResNet-101")


def test_a_table_that_a_cell_prints_is_sorted_alike(visit, html):
    """Cells tagged `sortable`: the networks' table of the chapter on today, by its parameters."""
    page = visit((html / "book/20_today/index.html").as_uri())
    table = page.locator("table.sortable").last
    table.get_by_role("button", name="parameters").click()
    cells = table.locator("tbody tr td:nth-child(4)").all_text_contents()
    numbers = [float(text.replace(",", "")) for text in cells]
    assert len(numbers) > 5
    assert numbers == sorted(numbers)
    assert page.locator("table.sortable").count() == 6
