"""Instruments in the built book: loaded once, running from disk, linked by address."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from cnncourse.instruments import INSTRUMENTS

AXE = Path(__file__).parents[2] / "book/_web/node_modules/axe-core/axe.min.js"
PLACES = {  # a chapter: an instrument that stands there
    "book/01_why_not_dense/index.html": "pooling_shift",
    "book/02_convolution/index.html": "convolution_kinds",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_chapter_has_its_instruments_and_an_address_opens_one(visit, html, place):
    name = PLACES[place]
    page = visit((html / place).as_uri())
    scripts = page.eval_on_selector_all("script[src*=instruments]", "all => all.map(e => e.src)")
    assert len(scripts) == len(set(scripts))
    page.locator(f"#{name}").scroll_into_view_if_needed()
    page.locator(f"#{name} select").first.select_option(index=2)
    page.wait_for_function(f"location.hash.includes('{name}.')")
    words, linked = page.locator(f"#{name} .cnn-words").inner_text(), page.url
    again = visit(linked)
    expect(again.locator(f"#{name} .cnn-words")).to_have_text(words)
    expect(again.locator(f"#{name} .cnn-title")).to_be_in_viewport()
    assert page.problems == again.problems == []


def test_a_page_without_instruments_loads_none_of_it(visit, html):
    page = visit((html / "book/glossary.html").as_uri())
    assert page.locator("[src*=instruments], link[href*='_static/instruments']").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_page_has_them_all_and_everyone_can_use_them(visit, html, served, scheme):
    address = served if scheme == "dark" else html.as_uri()
    page = visit(f"{address}/book/instruments.html", color_scheme=scheme)
    names = page.eval_on_selector_all(".cnn-slot", "all => all.map(e => e.dataset.instrument)")
    assert sorted(names) == sorted(INSTRUMENTS)
    for name in names:
        page.locator(f"#{name}").scroll_into_view_if_needed()
        expect(page.locator(f"#{name} .cnn-words")).not_to_be_empty()
    page.eval_on_selector_all(".cnn-instrument details", "all => all.forEach(d => d.open = true)")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        """tags => axe.run(".cnn-instrument", {runOnly: tags, preload: false}).then(result =>
            result.violations.map(v => [v.id, ...v.nodes.map(n => n.html.slice(0, 160))]))""",
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    )
    assert found == []
    assert page.problems == []


def test_the_theme_button_turns_the_instruments_too(visit, html):
    page = visit((html / "book/02_convolution/index.html").as_uri(), color_scheme="light")
    frame = page.locator("#kernel_explorer .cnn-instrument")
    light = frame.evaluate("e => getComputedStyle(e).backgroundColor")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    expect(frame).not_to_have_css("background-color", light)
