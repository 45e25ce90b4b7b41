"""The kernel explorer, driven as a reader drives it, against NumPy's numbers."""

import numpy as np
import pytest
from playwright.sync_api import expect

from cnncourse.instruments.kernel_explorer import PRESETS, bar, seven
from cnncourse.layers import KERNELS, correlate2d

NAME = "kernel_explorer"
MAP = "[aria-label^='Feature map'] .cnn-cell"
IMAGE = "[aria-label^='Image'] .cnn-cell"
WEIGHTS = ".cnn-numbers input"


def numbers(page, cells):
    page.settle()
    said = page.eval_on_selector_all(cells, "all => all.map(e => e.ariaLabel)")
    return np.array([float(s.split(": ")[1].split(",")[0].replace("−", "-")) for s in said])


def assert_map(page, image, kernel):
    got, wanted = numbers(page, MAP), correlate2d(image, kernel).ravel()
    assert np.allclose(got, wanted, atol=0.0051)  # said with two decimals


def test_presets(play):
    page = play(NAME)
    for preset, kernel in PRESETS.items():
        page.get_by_role("button", name=preset, exact=True).click()
        assert_map(page, seven(), KERNELS[kernel])
        expect(page.get_by_role("button", name=preset, exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
    assert page.problems == []


def test_by_keyboard_alone(play):
    page, image, kernel = play(NAME), seven(), KERNELS["laplacian_8"].copy()
    page.locator(IMAGE).nth(40).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")  # row 5, column 6: ink was there
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("+")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("9")
    image[4, 5], image[4, 0], image[5, 0] = 0, 0.3, 1
    assert np.allclose(numbers(page, IMAGE), image.ravel())
    assert_map(page, image, kernel)
    page.locator(WEIGHTS).first.focus()
    page.keyboard.type("-2.5")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageDown")
    kernel[0, 0], kernel[0, 1] = -2.5, 0
    assert_map(page, image, kernel)
    page.keyboard.type("nonsense")
    page.keyboard.press("Escape")
    assert_map(page, image, kernel)
    assert page.problems == []


def test_by_mouse_alone(play):
    page, image, kernel = play(NAME), seven(), KERNELS["laplacian_8"].copy()
    start, end = (page.locator(IMAGE).nth(k).bounding_box() for k in (9 * 7, 9 * 7 + 2))
    page.mouse.move(start["x"] + 9, start["y"] + 9)
    page.mouse.down()
    page.mouse.move(end["x"] + 9, end["y"] + 9, steps=8)
    page.mouse.up()
    image[7, :3] = 1
    assert np.allclose(numbers(page, IMAGE), image.ravel())
    box = page.locator(WEIGHTS).nth(4).bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + 9, box["y"] + 9 - 25, steps=5)
    page.mouse.up()
    kernel[1, 1] = -5
    assert_map(page, image, kernel)
    page.locator(MAP).nth(48).click()
    expect(page.locator(".cnn-words")).to_contain_text("441 of 441 products")
    assert page.problems == []


def test_by_finger(play):
    page, image = play(NAME, viewport={"width": 390, "height": 844}, has_touch=True), seven()
    page.locator(IMAGE).nth(0).tap()
    image[0, 0] = 1
    assert np.allclose(numbers(page, IMAGE), image.ravel())


def test_the_sum_at_the_window_grows_product_by_product(play):
    page = play(NAME, state={"image": bar(2), "kernel": KERNELS["prewitt_x"], "position": 8})
    products = bar(2)[1:4, 1:4] * KERNELS["prewitt_x"]
    shown = page.locator(".cnn-sums output").all_inner_texts()
    assert np.allclose([float(s.replace("−", "-")) for s in shown], products.cumsum())


def test_play_walks_and_stops(play):
    page = play(NAME, fragment=f"#{NAME}.position=46")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".cnn-place")).to_have_text("step 49 of 49")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.locator(".cnn-stage").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".cnn-place")).to_have_text("step 48 of 49")
    page.keyboard.press(" ")
    expect(page.locator(".cnn-place")).to_have_text("step 49 of 49")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_asks_for_less_motion_steps_alone(play, scheme):
    page = play(NAME, reduced_motion="reduce", color_scheme=scheme)
    assert page.get_by_role("button", name="Play").count() == 0
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".cnn-place")).to_have_text("step 26 of 49")
