"""Kinds of convolution, played as a reader plays them, against the package's layers."""

import numpy as np
from playwright.sync_api import expect

from cnncourse.instruments import ConvolutionKinds
from cnncourse.instruments.convolution_kinds import KINDS

NAME = "convolution_kinds"
OUTPUT = "[aria-label^='Output'] .cnn-plane > span"


def numbers(page):
    page.settle()
    texts = page.locator(OUTPUT).all_inner_texts()
    return [float(text.replace("−", "-")) if text.strip() else None for text in texts]


def test_played_to_the_end_each_is_the_layers_output(play):
    page = play(NAME)
    for kind, given in KINDS.items():
        state = {"kind": kind, "stride": given.stride, "dilation": given.dilation, "step": 999}
        made = ConvolutionKinds(**state)
        page.evaluate(f"location.hash = '{made.fragment()}'")
        shown = [value or 0 for value in numbers(page)]
        assert np.allclose(shown, made.output().ravel()), kind
    assert page.problems == []


def test_by_keyboard_alone(play):
    page = play(NAME)
    page.get_by_label("Kind", exact=True).select_option("Dilated")
    page.get_by_label("Padding", exact=True).press("ArrowRight")
    page.locator(".cnn-stage").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    wanted = ConvolutionKinds(kind="dilated", dilation=2, padding=1).output().ravel()
    shown = numbers(page)
    assert np.allclose(shown[:4], wanted[:4])
    assert set(shown[4:]) == {None}
    page.keyboard.press(" ")
    expect(page.locator(".cnn-place")).to_have_text("step 7 of 25")  # it plays
    page.keyboard.press(" ")
    page.wait_for_timeout(100)
    stopped = page.locator(".cnn-place").inner_text()
    page.wait_for_timeout(900)
    assert page.locator(".cnn-place").inner_text() == stopped
    assert page.problems == []


def test_by_mouse_alone(play):
    page = play(NAME, fragment=f"#{NAME}.kind=transposed&{NAME}.stride=2")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Back").click()
    expect(page.locator(".cnn-place")).to_have_text("step 2 of 9")
    assert sum(value is not None for value in numbers(page)) == 15  # two stamps of 9 share 3
    page.get_by_text("The numbers as a table").click()
    assert page.locator("tbody tr").count() == 9
    assert page.problems == []


def test_a_window_that_does_not_fit_is_said(play):
    page = play(NAME, fragment=f"#{NAME}.kind=2d&{NAME}.dilation=3")
    expect(page.locator(".cnn-words")).to_contain_text("larger than the padded input")
    assert page.problems == []


def test_less_motion(play):
    page = play(NAME, reduced_motion="reduce")
    assert page.get_by_role("button", name="Play").count() == 0
    page.locator(".cnn-stage").focus()
    page.keyboard.press(" ")
    expect(page.locator(".cnn-place")).to_have_text("step 2 of 16")
