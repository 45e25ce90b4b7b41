import csv
import io

import pytest

from cnncourse.errors import SourceError
from cnncourse.grading.platforms import Filled, fill_in, summary
from cnncourse.grading.results import BY_HAND, GRADED, MISSING, PASSED, REFUSED, Part, Result
from cnncourse.grading.roster import Student

NAME = "02_convolution"
STUDENTS = [
    Student("anna", "Anna", "Müller, Dr.", "anna@example.org"),
    Student("ben", "Ben", "O'Neil", "Ben@Example.org"),
    Student("cleo", "Cleo", "Ash", "cleo@example.org"),
    Student("dan", "Dan", "Zed", "dan@example.org"),
    Student("eve", "Eve", "New", "eve@example.org"),
]
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Quiz 1 (17),02_convolution (4711),Score\r\n"
    "    Points Possible,,,,,5,20,(read only)\r\n"
    '"Müller, Dr., Anna",101,u1,anna,A,4,,80\r\n'
    '"O\'Neil, Ben",102,u2,BEN,A,5,,100\r\n'
    '"Ash, Cleo",103,u3,cleo,B,1,12,20\r\n'
    '"Zed, Dan",104,u4,dan,B,2,3,20\r\n'
)
MOODLE = (
    "\ufeffFirst name;Last name;ID number;Email address;Assignment: 02_convolution (Real)\n"
    "Anna;Müller, Dr.;anna;anna@example.org;-\nBen;O'Neil;;ben@example.org;-\n"
)
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments\n"
    "Participant 9001,Anna Müller,anna@example.org,Submitted,,20.00,\n"
    "Participant 9002,Ben O'Neil,ben@example.org,Submitted,,20.00,\n"
)


def result(student, score, status=GRADED, by_hand=False):
    parts = [Part("test", "Test", score, 17.0, PASSED)]
    written = Part("written", "Written", 0.0, 3.0, BY_HAND if by_hand else PASSED, manual=True)
    return Result(student, NAME, status, "why", parts=(*parts, written))


RESULTS = [
    result("anna", 16.5),
    result("ben", 9.0, by_hand=True),
    result("cleo", 0.0, status=REFUSED),
    result("dan", 0.0, status=MISSING),
    result("eve", 11.0),
]


def filled(tmp_path, text, comments=None):
    template, out = tmp_path / "exported.csv", tmp_path / "filled.csv"
    template.write_text(text, encoding="utf-8")
    return fill_in(RESULTS, STUDENTS, template, out, comments), out


def table(path, separator=","):
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def test_canvas_gets_back_its_own_file_with_the_scores_in_it(tmp_path):
    found, out = filled(tmp_path, CANVAS)
    before = list(csv.reader(io.StringIO(CANVAS, newline="")))
    after = table(out)
    assert [row[6] for row in after] == ["02_convolution (4711)", "20", "16.5", "9", "0", "3"]
    assert [row[:6] + row[7:] for row in after] == [row[:6] + row[7:] for row in before]
    assert found == Filled(out, written=3, unknown=("eve",), pending=1)


def test_a_new_assignment_gets_a_column_with_its_points(tmp_path):
    _, out = filled(tmp_path, CANVAS.replace("02_convolution (4711)", "Essay (9)"))
    assert [row[-1] for row in table(out)] == [NAME, "20", "16.5", "9", "0", ""]


def test_moodle_keeps_its_separator_and_byte_order_mark(tmp_path):
    found, out = filled(tmp_path, MOODLE)
    assert out.read_text(encoding="utf-8").startswith("\ufeffFirst name;Last name")
    assert [row[4] for row in table(out, ";")][1:] == ["16.5", "9"]
    assert found.unknown == ("cleo", "eve")


def test_a_worksheet_gets_grades_and_comments(tmp_path):
    _, out = filled(tmp_path, WORKSHEET, comments={"anna": 'See "feedback",\nline two'})
    anna, ben = table(out)[1:]
    assert (anna[4], anna[6]) == ("16.5", 'See "feedback",\nline two')
    assert (ben[4], ben[6]) == ("9", "")


def test_a_comment_is_no_formula(tmp_path):
    _, out = filled(tmp_path, WORKSHEET, comments={"anna": '=HYPERLINK("there")'})
    assert table(out)[1][6] == "'=HYPERLINK(\"there\")"


@pytest.mark.parametrize("text", ["", "name,points\nanna,3\n", "{}"])
def test_another_file_is_refused_and_nothing_written(tmp_path, text):
    with pytest.raises(SourceError, match=r"exported\.csv: expected a gradebook of Canvas or"):
        filled(tmp_path, text)
    assert not (tmp_path / "filled.csv").exists()


def test_a_file_in_another_encoding_is_refused(tmp_path):
    template = tmp_path / "exported.csv"
    template.write_bytes(MOODLE.encode("utf-16"))
    with pytest.raises(SourceError, match="expected UTF-8"):
        fill_in(RESULTS, STUDENTS, template, tmp_path / "filled.csv")


def test_the_summary_names_who_is_not_there(tmp_path):
    found, out = filled(tmp_path, CANVAS)
    assert summary(found) == [
        f"{out}: 3 scores", "1 of them still wait for points given by hand",
        "not in the platform's file: eve",
    ]
