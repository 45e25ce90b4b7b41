"""The kernel scanner, driven as a reader drives it, against NumPy's numbers."""

import re

import numpy as np
from playwright.sync_api import expect

from cnncourse.instruments import KernelScanner
from cnncourse.instruments.kernel_scanner import PRESETS
from cnncourse.layers import KERNELS

NAME = "kernel_scanner"
FOUND = re.compile(
    r"Row (\d+), column (\d+) of the map: .* add up to (−?[\d.]+)\. .* (\d+) × (\d+)"
)


def assert_shows(page, **state):
    """The sum at the window and the map's size are those of the widget's own feature map."""
    page.settle()
    row, column, total, rows, columns = FOUND.search(
        page.locator(".cnn-words").inner_text().replace("\n", " ")
    ).groups()
    out = KernelScanner(**state).feature_map()
    assert (int(rows), int(columns)) == out.shape
    assert abs(float(total.replace("−", "-")) - out[int(row) - 1, int(column) - 1]) < 5.1e-5
    return int(row), int(column)


def test_every_preset(play):
    page = play(NAME)
    for name, kernel in PRESETS.items():
        page.get_by_label("Kernel", exact=True).select_option(name)
        assert_shows(page, kernel=kernel)
    assert page.problems == []


def test_by_keyboard_alone(play):
    page = play(NAME)
    for label, presses in (("Stride", 2), ("Padding", 3), ("Dilation", 1)):
        page.get_by_label(label, exact=True).focus()
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
    page.get_by_label("Half a turn (convolution)").press(" ")
    state = {"stride": 3, "padding": 3, "dilation": 2, "flip": True}
    row, column = assert_shows(page, **state)
    page.get_by_label("Photograph; arrow keys").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    assert assert_shows(page, **state) == (row - 1, column - 5)
    for _ in range(60):
        page.keyboard.press("ArrowUp")
    assert assert_shows(page, **state) == (1, column - 5)
    page.locator(".cnn-numbers input").nth(8).focus()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    kernel = KERNELS["sobel_x"].copy()
    kernel[2, 2] = 3
    assert_shows(page, kernel=kernel, **state)
    expect(page.get_by_label("Kernel", exact=True)).to_have_value("your own")
    assert page.problems == []


def test_by_mouse_alone(play):
    page = play(NAME, fragment=f"#{NAME}.stride=2")
    photo = page.get_by_label("Photograph; arrow keys")
    box = photo.bounding_box()
    photo.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.5})
    row, column = assert_shows(page, stride=2)
    assert abs(2 * row - 56) <= 2
    assert abs(2 * column - 120) <= 2
    before = page.screenshot()
    page.get_by_role("button", name="5 × 5").click()
    kernel = np.pad(KERNELS["sobel_x"], 1)
    assert_shows(page, stride=2, kernel=kernel)
    page.get_by_label("Feature map; arrow keys").click(position={"x": 1, "y": 1})
    assert assert_shows(page, stride=2, kernel=kernel) == (1, 1)
    assert page.screenshot() != before
    assert page.problems == []


def test_the_pixels_drawn_are_numpys(play):
    page = play(NAME, state={"kernel": KERNELS["identity"], "padding": 1, "row": 100, "column": 3})
    colours = page.evaluate(
        """() => {
            const canvas = document.querySelector("canvas[aria-label^='Feature']");
            const [wide, high] = [canvas.width / 160, canvas.height / 112];
            const read = (i, j) => canvas.getContext("2d")
                .getImageData((j + .5) * wide, (i + .5) * high, 1, 1).data[0];
            return [[10, 20], [50, 80], [60, 30], [5, 150]].map(([i, j]) => read(i, j));
        }"""
    )
    image = KernelScanner(kernel=KERNELS["identity"], padding=1).feature_map()
    wanted = [image[i, j] * 255 for i, j in ((10, 20), (50, 80), (60, 30), (5, 150))]
    assert np.allclose(colours, wanted, atol=1)


def test_the_table_has_the_products(play):
    page = play(NAME)
    page.get_by_text("The numbers as a table").click()
    cells = page.locator("table tbody td").all_inner_texts()
    pixel, weight, product = np.array(
        [float(text.replace("−", "-")) for text in cells]
    ).reshape(9, 3).T  # fmt: skip
    assert np.array_equal(weight, KERNELS["sobel_x"].ravel())
    assert np.allclose(pixel * weight, product, atol=0.0012)


def test_by_finger(play):
    page = play(NAME, viewport={"width": 390, "height": 844}, has_touch=True)
    photo = page.get_by_label("Photograph; arrow keys")
    box = photo.bounding_box()
    photo.tap(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
    row, column = assert_shows(page)
    assert abs(row - 84) <= 2
    assert abs(column - 40) <= 2
    page.locator(".cnn-numbers input").nth(0).tap()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    kernel = KERNELS["sobel_x"].copy()
    kernel[0, 0] = 5
    assert_shows(page, kernel=kernel)
    assert page.problems == []
