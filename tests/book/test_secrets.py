"""No answer and no hidden test stands in anything that is built for students."""

import zipfile

import pytest

from cnncourse.authoring.source import read_exercises
from cnncourse.cli import ROOT
from cnncourse.grading.leaks import leaks, public_lines, secret_lines, shown_lines

BUILT = ROOT / "_build"


@pytest.fixture(scope="module")
def secrets():
    """Lines that neither a notebook shows nor the book or the package, for another purpose."""
    exercises = read_exercises(ROOT / "exercises")
    secret = set().union(*map(secret_lines, exercises))
    shown = set().union(*map(shown_lines, exercises))
    return secret - shown - public_lines(ROOT / "cnncourse") - public_lines(ROOT / "book")


def test_there_are_secrets_and_the_search_finds_them(secrets, tmp_path):
    assert len(secrets) > 100
    (tmp_path / "page.html").write_text(f"<pre>{min(secrets)}</pre>")
    assert [line for _, line in leaks(tmp_path, secrets)] == [min(secrets)]


PLACES = ["html", "exercises/release", "course.epub", "class/feedback/blank"]


@pytest.mark.parametrize("name", PLACES)
def test_nothing_built_holds_a_secret(name, secrets, tmp_path):
    """The book with JupyterLab and its wheels, the notebooks, the e-book, the feedback.

    Feedback shows a student what they wrote, and the sample class writes the right answers: all
    but the one who hands in a blank notebook. The e-book and the class are there if they were made.
    """
    place = BUILT / name
    assert place.exists() or name not in ("html", "exercises/release"), "make book first"
    if place.is_file():
        zipfile.ZipFile(place).extractall(tmp_path)
        place = tmp_path
    assert not list(leaks(place, secrets))
