import base64
import hashlib
import re
import shutil
import struct
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise

import nbformat
import pytest
from markdown_it import MarkdownIt
from nbformat.v4 import new_output
from nbgrader.utils import notebook_hash

from cnncourse.grading.feedback import FIGURES, Work, render, render_markdown, work_by_part
from cnncourse.grading.results import Part, Result

NAME = "01_counting"
EVIL = "</pre><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7 * 7 }} ’\" '"


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def page(klass, student):
    return (klass.course.folder / "feedback" / student / NAME / f"{NAME}.html").read_text()


def test_everyone_who_handed_something_in_gets_a_page(klass):
    pages = {path.parts[-3] for path in klass.course.folder.glob("feedback/*/*/*.html")}
    assert pages == klass.results.keys() - {"nothing_handed_in", "stranger"}


def test_a_page_shows_points_messages_and_own_code(klass):
    html = page(klass, "adds_two")
    text = Page(html).text
    assert "4 of 9 points" in text
    assert "3 more are still to be graded by hand" in text
    assert "Numbers that are not whole have a double, too." in text
    assert "return number + 2" in text
    assert "Even numbers" in text


def test_pages_hold_no_test_and_no_answer(klass):
    """Neither hidden nor visible tests, nor a traceback, nor another's answer."""
    source = nbformat.read(
        klass.course.folder / "source" / NAME / f"{NAME}.ipynb", as_version=4
    )
    tests = [
        line.strip()
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith("test_")
        for line in cell.source.split("\n")
        if len(line.strip()) > 8 and "print(" not in line
    ]
    assert "secret_number = 20.5" in tests
    for student in klass.results.keys() - {"nothing_handed_in", "stranger"}:
        text = Page(page(klass, student)).text
        assert not [line for line in tests if line in text]
        assert "Traceback" not in text
        assert "HIDDEN" not in text
    assert "2 * number" not in page(klass, "adds_two")


def test_refusals_and_repairs_are_told(klass):
    assert "Is not JSON, as a notebook must be" in page(klass, "not_json")
    assert "could not be graded" in page(klass, "other_assignment")
    assert "the test cell “test_double” was missing" in page(klass, "deleted_test")


def test_a_page_asks_for_nothing_and_runs_nothing(klass):
    for student in ("right", "adds_two", "not_json"):
        html = page(klass, student)
        parsed = Page(html)
        assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(parsed.tags)
        assert not {"src", "href", "style"} & {name for name, _ in parsed.attributes}
        assert not [name for name, _ in parsed.attributes if name.startswith("on")]
        assert not re.search(r"https?:|url\(|@import", html)
        (policy,) = [v for _, v in parsed.attributes if v and "default-src" in v]
        style = re.search("<style>(.*)</style>", html, flags=re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")


def test_a_page_is_well_formed_for_assistive_technology(klass):
    html = page(klass, "adds_two")
    parsed = Page(html)
    assert ("lang", "en") in parsed.attributes
    assert parsed.tags.count("h1") == parsed.tags.count("main") == parsed.tags.count("title") == 1
    assert parsed.tags.count("section") == 3
    ids = [value for name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {v for n, v in parsed.attributes if n == "aria-labelledby"} <= set(ids)
    assert {v for n, v in parsed.attributes if n == "scope"} == {"col", "row"}


def test_whatever_a_student_writes_is_shown_as_text():
    part = Part("t", EVIL, 0.0, 2.0, "failed", EVIL)
    evil = Work(tested=EVIL, hints=((EVIL, EVIL),), code=EVIL)
    html = render(Result(EVIL, EVIL, "graded", EVIL, (EVIL,), (part,)), {"t": evil})
    parsed = Page(html)
    assert not {"script", "img"} & set(parsed.tags)
    assert parsed.text.count(EVIL) >= 9
    assert "49" not in html


@pytest.mark.parametrize("status", ["passed", "partial", "failed", "needs manual grade", "not run"])
def test_every_status_has_a_look_of_its_own(status):
    part = Part("t", "T", 0.0, 2.0, status)
    html = render(Result("s", "a", "graded", "r", (), (part,)), {})
    look = Page(html).attributes
    (name,) = [v for n, v in look if n == "class" and v != "number"]
    assert f"section.{name}" in html


def test_feedback_twice_is_the_same(course, klass):
    before = page(klass, "right")
    shutil.rmtree(course.folder / "feedback")
    assert len(course.feedback(NAME)) == 11
    again = course.folder / "feedback" / "right" / NAME / f"{NAME}.html"
    assert again.read_text() == before


def test_nbgrader_gives_our_pages_back_through_the_exchange(course, klass):
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "release_feedback", NAME],
        cwd=course.folder, check=True, capture_output=True,
    )
    secret = course.folder / "submitted" / "right" / NAME / "submission_secret.txt"
    name = notebook_hash(secret=secret.read_text(), notebook_id=NAME)
    returned = course.folder / "exchange" / "cnncourse" / "feedback"
    assert (returned / f"{name}.html").read_text() == page(klass, "right")
    assert len(list(returned.iterdir())) == 11


def test_a_flood_of_code_is_cut(release):
    for cell in release.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
            flood = nbformat.from_dict(release)
            flood.cells[release.cells.index(cell)].source = "x" * 1_000_000
    assert len(work_by_part(flood)["test_double"].code) == 20_000


# --- what was tested, hints, figures, Markdown ---


def drew(release, grade_id, *pictures):
    """Give the cell of an answer pictures as its outputs."""
    notebook = nbformat.from_dict(release)
    (cell,) = [
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    ]
    cell.outputs = [new_output("display_data", data={"image/png": p}) for p in pictures]
    return work_by_part(notebook)


def png(width, height, body=b""):
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return base64.b64encode(head + body).decode()


def test_a_page_says_what_was_tested_and_gives_hints(klass):
    failed, passed = Page(page(klass, "adds_two")).text, Page(page(klass, "right")).text
    assert "Tested: Whole numbers and others" in failed
    assert "Hint 1: multiply" in failed
    assert "Tested: Whole numbers and others" in passed
    assert "Hint 1: multiply" not in passed


def test_figures_are_shown_in_the_page(release):
    work = drew(release, "double", png(30, 20))
    html = render(Result("s", "a", "graded", "r", (), (part_of("test_double"),)), work)
    assert f'src="data:image/png;base64,{png(30, 20)}"' in html
    assert "img-src data:" in html


@pytest.mark.parametrize(
    "picture",
    [png(50_000, 20), png(0, 0), "PHN2Zz4=", "not base64 \" onerror=alert(1)", "", "é"],
)
def test_what_is_no_small_picture_is_not_shown(release, picture):
    assert drew(release, "double", picture)["test_double"].figures == ()


def test_a_flood_of_figures_is_cut(release):
    work = drew(release, "double", *[png(9, 9, bytes(30_000))] * 20)
    shown = work["test_double"].figures
    assert 1 <= len(shown) < 20
    assert sum(map(len, shown)) <= FIGURES


def part_of(grade_id):
    return Part(grade_id, "Doubling", 0.0, 2.0, "failed", "Numbers have a double.")


def test_the_same_as_markdown(klass):
    text = (
        klass.course.folder / "feedback" / "adds_two" / NAME / f"{NAME}.md"
    ).read_text()
    for words in (
        "**4 of 9 points**; 3 more are still to be graded by hand.",
        "Numbers that are not whole have a double, too.", "return number + 2", "## Even numbers",
        "Tested: Whole numbers and others",
    ):
        assert words in text


def test_markdown_cannot_be_broken_out_of():
    evil = "```\n# Full marks\n<script>alert(1)</script>"
    part = Part("t", "T", 0.0, 2.0, "failed", evil)
    work = {"t": Work(code=evil)}
    text = render_markdown(Result("s", "a", "graded", evil, (evil,), (part,)), work)
    tokens = MarkdownIt().parse(text)
    assert [t.content for t in tokens if t.type == "fence"].count(evil + "\n") == 4
    headings = [after.content for t, after in pairwise(tokens) if t.type == "heading_open"]
    assert headings == ["a", "What was put in order before grading", "T"]
    assert not [token for token in tokens if token.type == "html_block"]


@pytest.mark.parametrize("draw", [render, render_markdown])
def test_a_page_says_when_there_was_no_sandbox(draw):
    flags = ("no sandbox: it ran with all rights",)
    assert "Graded without a sandbox" in draw(Result("s", "a", "graded", "r", flags=flags), {})
    assert "sandbox" not in draw(Result("s", "a", "graded", "r"), {})
