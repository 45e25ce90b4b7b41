"""Pooling and shift, driven as a reader drives it, against NumPy's numbers."""

import numpy as np
import pytest
from playwright.sync_api import expect

from cnncourse.instruments import PoolingShift

NAME = "pooling_shift"


def numbers(page, label):
    page.settle()
    said = page.eval_on_selector_all(
        f"[aria-label='{label}'] .cnn-cell", "all => all.map(e => e.ariaLabel)"
    )
    return np.array([float(s.split(": ")[1].split(",")[0].replace("−", "-")) for s in said])


def assert_shows(page, **state):
    lab = PoolingShift(**state)
    assert np.allclose(numbers(page, "Pooled"), lab.before().ravel(), atol=0.0051)
    assert np.allclose(numbers(page, "Pooled after the move"), lab.after().ravel(), atol=0.0051)


def test_the_sources_example_is_not_absorbed(play):
    page = play(NAME)
    assert_shows(page)
    expect(page.locator(".cnn-words")).to_contain_text("crosses into another window")
    lab = PoolingShift()
    assert lab.before()[1:3, 1:3].tolist() == [[9, 1], [0, 3]]
    assert lab.after()[1:3, 1:3].tolist() == [[2, 9], [0, 3]]


@pytest.mark.parametrize("size", [2, 4])
def test_a_dot_is_absorbed_from_all_columns_of_a_window_but_one(size):
    absorbed = []
    for column in range(size):
        lab = PoolingShift(motif="dot", row=1, column=column, right=1, size=size)
        absorbed.append(np.array_equal(lab.before(), lab.after()))
    assert absorbed == [True] * (size - 1) + [False]


def test_by_keyboard_alone(play):
    page = play(NAME)
    page.get_by_label("Map", exact=True).select_option("dot")
    page.locator("[aria-label^='Feature map'] [tabindex='0']").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    state = {"motif": "dot", "row": 2, "column": 2}
    assert_shows(page, **state)
    expect(page.locator(".cnn-words")).to_contain_text("the move is absorbed")
    page.locator("[aria-label^='Moved map'] [tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert_shows(page, **state, down=2)
    page.get_by_role("button", name="maximum, blurred").press("Enter")
    page.get_by_role("button", name="4 × 4").press(" ")
    assert_shows(page, **state, down=2, mode="blur", size=4)
    assert page.problems == []


def test_by_mouse_alone(play):
    page = play(NAME)
    page.locator("[aria-label^='Feature map'] [data-row='4'][data-column='6']").click()
    page.get_by_role("button", name="average").click()
    page.get_by_label("Move right", exact=True).fill("-3")
    state = {"row": 4, "column": 6, "mode": "average"}
    assert_shows(page, **state, right=-3)
    page.locator("[aria-label^='Moved map'] [data-row='5'][data-column='5']").click()
    assert_shows(page, **state, right=-1, down=1)
    page.locator("[aria-label='Pooled'] [data-row='3'][data-column='3']").click()
    expect(page.locator("[aria-label='Pooled'] .cnn-here")).to_have_attribute("data-row", "3")
    assert page.problems == []


def test_a_blur_softens_what_stripes_do(play):
    assert_shows(play(NAME, state={"motif": "stripes"}), motif="stripes")
    change = {
        mode: np.abs(lab.before() - lab.after()).max()
        for mode in ("max", "blur")
        for lab in [PoolingShift(motif="stripes", mode=mode)]
    }
    assert change["blur"] < change["max"] == 9
