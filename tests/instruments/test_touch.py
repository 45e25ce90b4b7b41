"""A finger on an instrument: a quick swipe scrolls the page; who means to paint, paints."""

import numpy as np
import pytest
from playwright.sync_api import expect

from cnncourse.instruments.kernel_explorer import seven

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "reduced_motion": "reduce"}
CELLS = "[aria-label^='Image'] .cnn-cell"
UP = (0, -300)  # where a finger goes to see what is further down
RESTS = 400  # milliseconds
TOUCH = "Input.dispatchTouchEvent"


def swipe(page, start, way, rest=0, steps=6):
    """Put a finger down, let it rest and move it; the browser scrolls as it does by hand."""
    finger = page.context.new_cdp_session(page)
    for k in range(steps + 1):
        x, y = (at + k * far / steps for at, far in zip(start, way, strict=True))
        kind = "touchMove" if k else "touchStart"
        finger.send(TOUCH, {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(16 if k else rest)
    finger.send(TOUCH, {"type": "touchEnd", "touchPoints": []})
    page.settle()


def middle(place):
    box = place.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def waits_until_scrolled(page, least=100):
    page.wait_for_function(f"scrollY > {least}")


def painted(page):
    page.settle()
    shown = page.locator(CELLS).all_inner_texts()
    return np.array([float(text) for text in shown]).reshape(9, 9)


@pytest.mark.parametrize(
    "part", [CELLS + " >> nth=76", ".cnn-numbers input >> nth=4", "[aria-label^='Feature map'] div"]
)
def test_a_quick_swipe_up_scrolls_and_changes_nothing(play, part):
    page = play("kernel_explorer", **PHONE)
    words = page.locator(".cnn-words").inner_text()
    page.evaluate("scrollTo(0, 60)")
    place = page.locator(part).first
    if middle(place)[1] > 800:
        page.evaluate("scrollTo(0, 300)")
    before = page.evaluate("scrollY")
    swipe(page, middle(place), UP)
    waits_until_scrolled(page, before + 60)
    assert np.array_equal(painted(page), seven())
    expect(page.locator(".cnn-words")).to_have_text(words)
    assert page.locator(".cnn-numbers input").nth(4).input_value() == "−8"
    assert page.problems == []


def test_a_swipe_sideways_and_a_finger_that_rested_paint(play):
    page, image = play("kernel_explorer", **PHONE), seven()
    cells = page.locator(CELLS)
    first, last = (middle(cells.nth(k)) for k in (63, 71))
    swipe(page, first, (last[0] - first[0], 0))
    image[7] = 1
    assert np.array_equal(painted(page), image)
    first, last = (middle(cells.nth(k)) for k in (0, 63))
    swipe(page, first, (0, last[1] - first[1]), rest=RESTS)
    image[:8, 0] = 1
    assert np.array_equal(painted(page), image)
    assert page.evaluate("scrollY") == 0
    assert page.problems == []


def test_a_number_is_changed_by_a_swipe_to_the_right(play):
    page = play("kernel_explorer", **PHONE)
    swipe(page, middle(page.locator(".cnn-numbers input").nth(4)), (90, 0))
    page.settle()
    assert float(page.locator(".cnn-numbers input").nth(4).input_value().replace("−", "-")) > -8
    assert np.array_equal(painted(page), seven())


def test_the_window_of_the_scanner_moves_sideways_and_lets_the_page_scroll(play):
    page = play("kernel_scanner", **PHONE)
    words, photo = page.locator(".cnn-words"), page.locator("canvas").first
    first = words.inner_text()
    swipe(page, middle(photo), (100, 0))
    expect(words).not_to_have_text(first)
    assert page.evaluate("scrollY") == 0
    moved = words.inner_text()
    swipe(page, middle(photo), UP)
    waits_until_scrolled(page)
    expect(words).to_have_text(moved)


def test_a_finger_draws_on_the_sheet_and_scrolls_beside_it(play):
    page = play("draw_digit", "#draw_digit.example=-1", **PHONE)
    sheet = page.locator("canvas").first
    box, (x, y) = sheet.bounding_box(), middle(sheet)
    swipe(page, (x, y + 80), (0, -160))
    expect(page.locator(".cnn-words")).to_contain_text("It reads 1")
    assert page.evaluate("scrollY") == 0
    beside = box["x"] + box["width"] + 25
    assert beside < 385
    swipe(page, (beside, y), UP)
    waits_until_scrolled(page)
    assert page.problems == []
