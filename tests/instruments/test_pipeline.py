"""The pipeline, step by step; each step's numbers are NumPy's."""

import numpy as np
import pytest
from playwright.sync_api import expect

from cnncourse.instruments.pipeline import STEPS, Pipeline
from cnncourse.instruments.stored import digit_network, example_digits

CALM = {"reduced_motion": "reduce"}


def rows(page):
    return page.eval_on_selector_all(
        ".cnn-table tbody tr", "rows => rows.map(row => [...row.children].map(c => c.textContent))"
    )


@pytest.mark.parametrize("example", [9, 32])
def test_each_step_hands_on_numpys_numbers(play, example):
    page = play("pipeline", f"#pipeline.example={example}", **CALM)
    said = rows(page)
    values = Pipeline(example=example).values()
    assert [row[0].split()[1].lower() for row in said] == list(STEPS)
    for (_, shape, _, _, greatest), value in zip(said, values.values(), strict=True):
        assert shape == " × ".join(map(str, value.shape))
        assert float(greatest) == pytest.approx(value.max(), abs=6e-5)
    params = digit_network().params
    assert sum(int(row[2]) for row in said) == sum(p.size for p in params.values()) == 61_706
    assert sum(int(row[3]) for row in said) == 416_520  # models.lenet.ModernLeNet5
    assert page.problems == []


def test_the_keyboard_goes_through_all_eight_steps(play):
    page = play("pipeline", **CALM)
    words, values = page.locator(".cnn-words"), Pipeline().values()
    expect(words).to_contain_text(f"{(values['input'] != 0).sum()} of them are not 0")
    page.locator(".cnn-stage").focus()
    page.keyboard.press("Space")
    channel, row, column = np.unravel_index(values["convolve"].argmax(), (6, 28, 28))
    expect(words).to_contain_text(f"is {values['convolve'].max():.3f}, in map {channel + 1}")
    top, left = max(0, row - 2), max(0, column - 2)
    expect(words).to_contain_text(f"from rows {top + 1} to {min(27, row + 2) + 1}")
    expect(words).to_contain_text(f"columns {left + 1} to {min(27, column + 2) + 1} of the picture")
    page.keyboard.press("Space")
    expect(words).to_contain_text(f"{(values['convolve'] < 0).sum()} were negative")
    page.keyboard.press("Space")
    _, row, column = np.unravel_index(values["pool"].argmax(), (6, 14, 14))
    expect(words).to_contain_text("4704 become 1176, without any weight")
    expect(words).to_contain_text(
        f"comes from rows {2 * row + 1} to {2 * row + 2} and columns {2 * column + 1}"
    )
    for text in ("16 kernels", "one line of 400 numbers", "400 make 120, these make 84"):
        page.keyboard.press("Space")
        expect(words).to_contain_text(text)
    assert f"{(values['dense'] != 0).sum()} of them are not 0" in words.inner_text()
    page.keyboard.press("Space")
    expect(words).to_contain_text(f"The answer: 3, with {100 * values['classify'][3]:.1f} %")
    expect(page.locator(".cnn-answer")).to_be_visible()
    assert page.problems == []


def test_the_mouse_chooses_boxes_and_digits(play):
    page = play("pipeline", **CALM)
    page.get_by_role("button", name="Deep").click()
    expect(page.locator(".cnn-place")).to_have_text("step 5 of 8")
    expect(page.get_by_role("button", name="Deep")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Classify").click()  # its first step, the dense layers
    expect(page.locator(".cnn-place")).to_have_text("step 7 of 8")
    page.get_by_role("button", name="Next").click()
    page.locator("[aria-label^='Digits from'] [data-row='2'][data-column='6']").click()
    expect(page.locator(".cnn-words")).to_contain_text("The answer: 6")
    assert page.problems == []


def test_it_plays_and_pauses(play):
    page = play("pipeline")
    play_button = page.locator(".cnn-player button").nth(1)
    play_button.click()
    expect(page.locator(".cnn-place")).to_have_text("step 2 of 8")
    expect(play_button).to_contain_text("Pause")
    play_button.click()
    expect(play_button).to_contain_text("Play")
    assert page.problems == []


def test_every_stored_digit_goes_through():
    for example, label in enumerate(example_digits()[1][:30]):
        assert Pipeline(example=example).values()["classify"].argmax() == label
