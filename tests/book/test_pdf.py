"""The printed book: two pages of the built one, and a page that is too wide for paper."""

import doctest
import io
from pathlib import Path

import artwork
import chapters as chapters_module
import pdf
import pytest
from pypdf import PdfReader

ROOT = Path(__file__).parents[2]
TOC = """
root: book/index
parts:
  - caption: Convolution from arithmetic
    chapters: [{file: book/04_channels/index}]
  - caption: To look things up
    chapters: [{file: book/glossary}]
"""


@pytest.fixture(scope="module")
def printed(browser, html, tmp_path_factory):
    folder = tmp_path_factory.mktemp("print")
    (folder / "toc.yml").write_text(TOC)
    count = pdf.make_pdf(
        browser, html, folder / "toc.yml", ROOT / "_config.yml", folder / "course.pdf"
    )
    reader = PdfReader(io.BytesIO((folder / "course.pdf").read_bytes()))
    assert count == len(reader.pages)
    return reader


@pytest.fixture(scope="module")
def texts(printed):
    return [page.extract_text() for page in printed.pages]


@pytest.fixture(scope="module")
def pages(html, tmp_path_factory):
    toc = tmp_path_factory.mktemp("toc") / "toc.yml"
    toc.write_text(TOC)
    return chapters_module.read_chapters(html, toc)


def outline(items, depth=0):
    for item in items:
        if isinstance(item, list):
            yield from outline(item, depth + 1)
        else:
            yield depth, item.title


def test_bookmarks_are_the_contents(printed, pages):
    assert list(outline(printed.outline)) == [
        (depth, words) for depth, words, _ in pdf.bookmarks(pages)
    ]
    assert (0, "Convolution from arithmetic") in outline(printed.outline)


def test_no_page_is_blank_and_each_says_its_number(texts):
    assert len(texts) > 15
    blank = [number for number, text in enumerate(texts, 1) if len(text.split()) < 3]
    assert blank == []
    bare = ("Part I", "A course that starts")  # the title page, and those that open a part
    for number, text in enumerate(texts, 1):
        assert str(number) in text.splitlines() or any(words in text for words in bare), number


def test_the_contents_name_the_pages_on_which_chapters_begin(printed, texts, pages):
    contents = "".join(text for text in texts[:5] if "Contents" in text or "Further" in text)
    for chapter in pages:
        place = printed.named_destinations[f"/{chapter.key}"]
        number = printed.get_destination_page_number(place)
        assert chapter.title.split()[0] in texts[number]
        assert str(number + 1) in contents


def squeezed(text):
    return "".join(text.split())


def test_code_is_there_to_its_last_line(texts, pages):
    whole = squeezed("".join(texts))
    cells = [pre.get_text().strip().splitlines()[-1] for c in pages for pre in c.article("pre")]
    assert len(cells) > 10
    missing = [line for line in cells if squeezed(line) not in whole]
    assert missing == []


def test_questions_are_text_that_names_the_page_of_the_answer_or_nothing(texts):
    whole = " ".join(texts)
    assert "One answer is right." in whole
    assert "Show the code" not in whole
    assert "p. 000" not in whole


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ('<div style="width: 900px">C</div>', "cut off at the paper's edge.*width: 900px"),
        ('<img src="gone.png" alt="C">', r"pictures that cannot be read.*gone\.png"),
    ],
)
def test_what_paper_cannot_show_stops_the_print(browser, tmp_path, element, said):
    (tmp_path / "toc.yml").write_text("root: page")
    (tmp_path / "page.html").write_text(
        f'<article><section id="a"><h1>A</h1><p class="lead">B</p>{element}</section></article>'
    )
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static/book.css").touch()
    with pytest.raises(RuntimeError, match=f"(?s){said}"):
        pdf.make_pdf(
            browser, tmp_path, tmp_path / "toc.yml", ROOT / "_config.yml", tmp_path / "out.pdf"
        )
    assert not (tmp_path / "out.pdf").exists()


def test_a_book_that_is_not_built_is_answered_with_the_command_to_run(tmp_path):
    (tmp_path / "toc.yml").write_text("root: page")
    with pytest.raises(FileNotFoundError, match=r"page\.html .* run `make book` first"):
        chapters_module.read_chapters(tmp_path, tmp_path / "toc.yml")


@pytest.mark.parametrize("module", [artwork, chapters_module, pdf])
def test_examples_in_the_tools_hold(module):
    assert doctest.testmod(module).failed == 0
