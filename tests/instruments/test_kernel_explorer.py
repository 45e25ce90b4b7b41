"""The kernel explorer, driven as a reader drives it."""

import numpy as np
from playwright.sync_api import expect

from cnncourse.instruments.kernel_explorer import seven
from cnncourse.layers import KERNELS, correlate2d

MAP = "[aria-label^='Feature map'] .cnn-cell"
IMAGE = "[aria-label^='Image'] .cnn-cell"


def said_numbers(page, cells):
    said = page.eval_on_selector_all(cells, "all => all.map(e => e.ariaLabel)")
    return np.array([float(s.split(": ")[1].split(",")[0].replace("−", "-")) for s in said])


def test_the_map_is_numpys(play):
    page = play("kernel_explorer")
    wanted = correlate2d(seven(), KERNELS["laplacian_8"])
    assert np.allclose(said_numbers(page, MAP), wanted.ravel(), atol=1e-6)
    page.get_by_role("button", name="blur").click()
    expect(page.locator(MAP).first).to_have_attribute("aria-label", "row 1, column 1: 0.22")
    assert page.problems == []
