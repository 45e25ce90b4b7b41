import re

import pytest

from cnncourse.grading.analysis import analyse
from cnncourse.grading.report import write_report
from cnncourse.grading.results import BY_HAND, FAILED, GRADED, PASSED, REFUSED, Part, Result
from cnncourse.grading.similarity import Pair

EVIL = "</pre><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7 * 7 }}"
NAME = "02_convolution"


def result(student, score, message="", flags=(), repairs=()):
    parts = (
        Part("pad", "Padding", score, 2.0, PASSED if score == 2 else FAILED, message, seconds=0.5),
        Part("why", "Why", 0.0, 3.0, BY_HAND, manual=True),
    )
    return Result(student, NAME, GRADED, "", repairs, parts, flags=flags)


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    results = [
        result("anna", 2.0, repairs=("a deleted test was put back",)),
        result("ben", 0.0, f"3 rows, expected 4 {EVIL}", flags=("used np.pad",)),
        result("cleo", 0.0, f"7 rows, expected 4 {EVIL}", flags=("timed out: Padding",)),
        Result("dan", NAME, REFUSED, EVIL),
    ]
    pair = Pair("ben", "cleo", 0.912, 31)
    answers = {"ben": EVIL, "cleo": "return image"}
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(NAME, analyse(results), [pair], answers, path)
    return path.read_text()


def test_the_page_says_how_the_class_did(html):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    for words in (
        "3 graded, 1 refused, 0 missing", "at least 0 of 5 points",
        "3 still wait for points given by hand", "Padding233 %", "0.50 s",
        "2 in Padding: 3 rows, expected 4", "ben, cleo",
        "anna: a deleted test was put back", "ben: used np.pad", "cleo: timed out: Padding",
        "ben and cleo: 91 %, 31 pieces",
    ):
        assert words in text


def test_nothing_that_a_student_wrote_is_markup(html):
    assert "<script" not in html
    assert "<img" not in html
    assert "{{ 7 * 7 }}" in html
    assert re.search(r'http-equiv="Content-Security-Policy" content="default-src \'none\'', html)


def test_the_page_asks_for_no_other_file(html):
    assert not re.search(r"\bsrc=|@import|url\(", html.replace("&lt;img src=x", ""))
    assert re.findall(r'href="([^"]*)"', html) == [
        "http://localhost:8888/formgrader/gradebook/02_convolution"
    ]


def test_a_warning_where_there_was_no_sandbox(html, tmp_path):
    results = [result("anna", 2.0, flags=("no sandbox: it ran with all rights",))]
    path = write_report(NAME, analyse(results), [], {}, tmp_path / "report.html")
    assert "Graded without a sandbox" in path.read_text()
    assert "Graded without a sandbox" not in html


def test_a_class_without_submissions(tmp_path):
    path = write_report(NAME, analyse([]), [], {}, tmp_path / "report.html")
    assert "0 graded" in path.read_text()
