"""The book for e-readers: some pages of the built one, one with sound, judged by EPUBCheck."""

import doctest
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import epub
import pytest

ROOT = Path(__file__).parents[2]
XHTML = "{http://www.w3.org/1999/xhtml}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
TOC = """
root: book/index
parts:
  - caption: Convolution from arithmetic
    chapters: [{file: book/04_channels/index}, {file: book/14_audio/index}]
  - caption: To look things up
    chapters: [{file: book/models}]
"""


@pytest.fixture(scope="module")
def book(html, tmp_path_factory):
    folder = tmp_path_factory.mktemp("epub")
    (folder / "toc.yml").write_text(TOC)
    epub.make_epub(html, folder / "toc.yml", ROOT / "_config.yml", folder / "course.epub")
    return folder / "course.epub"


@pytest.fixture(scope="module")
def chapter(book):
    with zipfile.ZipFile(book) as archive:
        return ElementTree.fromstring(archive.read("EPUB/04_channels-index.xhtml"))


def test_the_judge_has_nothing_to_say(book):
    assert epub.findings(book) == ""


def test_the_judge_is_heard(book, tmp_path):
    """A page that the list of files names is gone."""
    broken = tmp_path / "broken.epub"
    with zipfile.ZipFile(book) as whole, zipfile.ZipFile(broken, "w") as rest:
        for item in whole.infolist():
            if not item.filename.endswith("models.xhtml"):
                rest.writestr(item, whole.read(item))
    assert "models.xhtml" in epub.findings(broken)


def test_formulas_are_mathml_and_keep_their_tex(chapter, html):
    formulas = list(chapter.iter(f"{MATHML}math"))
    page = (html / "book/04_channels/index.html").read_text("utf-8")
    assert len(formulas) == page.count("<mjx-container") > 20
    assert all(formula.get("alttext") for formula in formulas)


def test_no_script_and_every_picture_with_its_text(chapter):
    assert not list(chapter.iter(f"{XHTML}script"))
    pictures = list(chapter.iter(f"{XHTML}img"))
    assert len(pictures) >= 3
    assert all(len(picture.get("alt")) > 20 for picture in pictures)


def test_without_java_it_says_how_to_get_it(book, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match=r"needs Java: `tools/system\.sh java`"):
        epub.findings(book)


def test_examples_hold():
    assert doctest.testmod(epub).failed == 0
