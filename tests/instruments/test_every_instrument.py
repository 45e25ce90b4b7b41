"""What holds for every instrument: its shell, its state, its twin, keyboard, themes, a phone."""

import pytest
from playwright.sync_api import expect

from cnncourse.instruments import INSTRUMENTS, instrument

FRAME = ".cnn-instrument"


@pytest.fixture(params=INSTRUMENTS)
def name(request):
    return request.param


def model_of(page):
    """The words of an instrument, which say what its state makes of it."""
    return page.locator(f"{FRAME} .cnn-words").inner_text()


def test_it_starts_from_disk_without_a_problem(play, name):
    page = play(name)
    expect(page.locator(".cnn-title")).to_have_text(instrument(name).title)
    expect(page.locator(".cnn-summary")).to_have_text(instrument(name).summary)
    expect(page.locator(".cnn-words")).not_to_be_empty()
    assert page.locator(".cnn-tries li").count() >= 3
    unnamed = page.eval_on_selector_all(
        f"{FRAME} :is(button, select, input)",
        "all => all.filter(e => !(e.textContent || e.ariaLabel || e.labels?.length)).length",
    )
    assert unnamed == 0
    assert page.locator("canvas:not([aria-label])").count() == 0
    reach_everything(page)
    assert page.problems == []


def reach_everything(page):
    """Every control can be reached by the Tab key."""
    wanted = page.eval_on_selector_all(
        f"{FRAME} :is(button, select, input, summary, [tabindex='0'])",
        "all => all.filter(e => e.checkVisibility() && !e.disabled && e.tabIndex >= 0).length",
    )
    page.evaluate("window.met = new Set()")
    for _ in range(wanted + 1):
        page.keyboard.press("Tab")
        page.evaluate("window.met.add(document.activeElement)")
    assert page.evaluate("[...window.met].filter(e => e !== document.body).length") >= wanted


def test_proposals_change_it_the_address_keeps_them_and_reset_takes_them_back(play, name):
    page = play(name)
    first_words = model_of(page)
    page.locator(".cnn-what summary").click()
    first = page.locator(FRAME).inner_text()
    changed = []
    for proposal in page.locator(".cnn-tries button").all():
        proposal.click()
        page.settle()
        if page.locator(FRAME).inner_text() != first:
            changed.append(model_of(page))
    assert changed, "no proposal changes anything that can be read"
    page.wait_for_timeout(400)  # the address waits for the hand to rest
    words, address = model_of(page), page.url
    assert f"#{name}." in address
    page.locator(".cnn-reset").click()
    page.wait_for_function(f"!location.hash.includes('{name}.')")
    assert page.locator(FRAME).inner_text() == first
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".cnn-words")).to_have_text(words)
    nonsense = "&".join(f"{name}.{key}=%E0%A4%A;,1e999" for key in instrument(name).state_names())
    page.goto("about:blank")
    page.goto(f"{address.partition('#')[0]}#{nonsense}")
    expect(page.locator(".cnn-words")).to_have_text(first_words)
    assert page.problems == []


def test_it_fits_a_phone_and_both_themes_and_has_targets_for_a_finger(play, name):
    page = play(name, viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.eval_on_selector_all(
        f"{FRAME} :is(button, select, input, .cnn-cell)",
        """all => all.map(e => [e, e.getBoundingClientRect()])
            .filter(([e, box]) => box.width && (box.width < 16 || box.height < 16))
            .map(([e]) => e.outerHTML.slice(0, 80))""",
    )
    assert small == []
    dark = page.evaluate(f"getComputedStyle(document.querySelector('{FRAME}')).backgroundColor")
    page.emulate_media(color_scheme="light")
    light = page.evaluate(f"getComputedStyle(document.querySelector('{FRAME}')).backgroundColor")
    assert dark != light
    assert page.problems == []


def test_without_javascript_a_still_twin_stands_there(browser, name, alone):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(alone(name).as_uri())
    picture = page.locator("figure img")
    assert picture.evaluate("e => e.naturalWidth") > 400
    assert len(picture.get_attribute("alt")) > 60
    assert len(page.locator("figcaption").inner_text()) > 40
    context.close()
