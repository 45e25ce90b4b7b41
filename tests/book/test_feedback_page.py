"""A student's feedback page, of a real exercise with figures, in a real browser."""

from pathlib import Path

import nbformat
import pytest

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import read_exercise, read_misconceptions
from cnncourse.grading.engine import Bundle, grade
from cnncourse.grading.feedback import write_page

EXERCISE = Path(__file__).parents[2] / "exercises" / "02_convolution"
LARGEST = 300_000  # bytes


@pytest.fixture(scope="module")
def feedback(tmp_path_factory):
    """The page of someone with one wrong idea, figures and hints."""
    exercise = read_exercise(EXERCISE)
    ideas = {idea.name: idea for idea in read_misconceptions(exercise)}
    idea = ideas["flipped_kernel"]
    bundle = Bundle.from_exercise(exercise)
    handed = nbformat.writes(fill_in(bundle.release, {**exercise.answers, **idea.answers}))
    result = grade(handed.encode(), bundle, student="anna")
    notebook = nbformat.reads(result.notebook, as_version=4)
    return write_page(result, notebook, tmp_path_factory.mktemp("feedback") / "page.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_feedback_page_is_accessible_and_needs_nothing_but_itself(
    browser, feedback, load, scheme, width
):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(feedback.as_uri())
    assert page.locator("img").count() >= 1
    assert page.locator(".failed").count() >= 1
    assert load(Path(__file__).with_name("test_pages.py")).violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in asked if not url.startswith("data:")] == [feedback.as_uri()]
    page.close()


def test_a_feedback_page_is_small(feedback):
    assert feedback.stat().st_size < LARGEST
