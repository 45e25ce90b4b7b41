import csv
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import nbformat
import pytest
from nbgrader.api import Gradebook, MissingEntry

from cnncourse.authoring.build import fill_in
from cnncourse.errors import ArgumentError, CourseError, SetupError, SourceError, SubmissionError
from cnncourse.grading.course import Course, new_course
from cnncourse.grading.layout import CONFIG_FILE
from cnncourse.grading.operations.autograde import Options
from cnncourse.grading.results import BY_HAND, FAILED, GRADED, MISSING, NOT_GRADED, PASSED, REFUSED
from cnncourse.grading.roster import Student, check_id, read_roster

NAME = "01_counting"


def by_student(results):
    return {result.student: result for result in results}


def gradebook(course):
    return Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "cnncourse")


def hand_in(course, tmp_path, student, notebook):
    """Collect one notebook as a learning platform would have delivered it."""
    inbox = tmp_path / "late inbox"
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir()
    nbformat.write(notebook, inbox / f"{student}.ipynb")
    return course.collect(NAME, inbox)


def graded_at(course, student):
    return (course.folder / "autograded" / student / NAME / f"{NAME}.ipynb").stat().st_mtime_ns


# --- the whole way ---


def test_every_submission_gets_the_score_it_must_get(klass):
    assert klass.results.keys() == klass.submissions.keys()
    problems = {
        student: found
        for student, submission in klass.submissions.items()
        if (found := submission.problems(klass.results[student]))
    }
    assert problems == {}


def test_the_class_holds_every_kind_and_the_scores_differ(klass):
    scores = {student: s.score for student, s in klass.submissions.items() if s.status == GRADED}
    assert scores == {
        "right": 6, "progress_bar": 6, "deleted_test": 6, "blank": 0, "adds_two": 4,
        "starts_at_two": 5, "endless_loop": 2, "kernel_dies": 2,
    }
    refused = {student for student, s in klass.submissions.items() if s.status == REFUSED}
    assert refused == {"not_json", "other_assignment", "no_notebook", "stranger"}
    assert klass.submissions["nothing_handed_in"].status == MISSING


def test_everyone_has_a_reason_and_all_points_there_are(klass):
    for result in klass.results.values():
        assert result.reason
        if result.student != "stranger":
            assert (result.max_score, result.manual_max) == (6, 3)


def test_parts_say_what_happened(klass):
    parts = {part.grade_id: part for part in klass.results["kernel_dies"].parts}
    assert (parts["test_double"].status, parts["test_double"].score) == (PASSED, 2)
    assert parts["test_evens"].status == FAILED
    assert "The process died" in parts["test_evens"].message
    assert parts["test_evens"].title == "Even numbers"
    assert parts["explain"].status == BY_HAND
    assert klass.results["kernel_dies"].pending == 3
    blank = {part.grade_id: part for part in klass.results["blank"].parts}
    assert blank["explain"].message == "No answer was given."
    assert blank["test_double"].message == "Not filled in yet."


def test_progress_was_told_from_none_to_all(klass):
    assert klass.steps[0][1] == 0
    assert klass.steps[-1][1:] == (10, 10)  # those who handed in something that can be read
    assert [done for _, done, _ in klass.steps] == list(range(11))


def test_unknown_students_are_never_created(klass):
    with gradebook(klass.course) as book, pytest.raises(MissingEntry):
        book.find_student("stranger")
    assert not (klass.course.folder / "submitted" / "stranger").exists()


def test_messages_are_in_the_gradebook_for_formgrader(klass):
    with gradebook(klass.course) as book:
        comment = book.find_comment("double", NAME, NAME, "adds_two").auto_comment
        refused = book.find_comment("double", NAME, NAME, "not_json").auto_comment
        blank = book.find_comment("double", NAME, NAME, "blank").auto_comment
    assert comment == "Numbers that are not whole have a double, too."
    assert refused.startswith("Refused: is not JSON")
    assert blank.startswith("No response.")


def test_nothing_half_written_is_left(klass):
    folder = klass.course.folder
    assert not (folder / ".grading").exists()
    assert not [path for path in folder.rglob(".*") if path.name.startswith(f".{NAME}")]


# --- stock nbgrader on the same course ---


def test_stock_nbgrader_comes_to_the_same_totals(klass, course):
    """`nbgrader autograde` and `nbgrader export` as an instructor types them."""
    forget_scores(course)
    nbgrader = [sys.executable, "-m", "nbgrader"]
    grading = subprocess.run(
        [*nbgrader, "autograde", NAME], cwd=course.folder, capture_output=True, text=True
    )
    assert grading.returncode == 1  # three were refused, and named
    for refused in ("not_json", "other_assignment"):
        assert f"error processing assignment '{NAME}' for student '{refused}'" in grading.stderr
    subprocess.run(
        [*nbgrader, "export", "--to", "stock.csv"],
        cwd=course.folder, check=True, capture_output=True,
    )
    stock = {}
    for line in (course.folder / "stock.csv").read_text().splitlines()[1:]:
        fields = line.split(",")  # names with commas break its columns; the score is next to last
        stock[fields[3]] = (float(fields[-2]), float(fields[-1]))
    ours = {s: (r.total, r.total_max) for s, r in klass.results.items() if s != "stranger"}
    assert stock == ours
    again = by_student(course.results(NAME))
    assert {s: r.parts for s, r in again.items()} == {s: r.parts for s, r in klass.results.items()}


# --- again and again ---


def test_a_second_run_repeats_no_work_and_changes_nothing(klass, course):
    graded = course.folder.rglob("autograded/**/*.ipynb")
    before = {path: path.stat().st_mtime_ns for path in graded}
    assert len(before) == 8
    assert course.collect(NAME) == course.collect(NAME)
    course.collect(NAME, course.folder / "inbox")
    assert by_student(course.autograde(NAME)) == klass.results
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert course.release(NAME).is_file()
    assert by_student(course.autograde(NAME)) == klass.results


def test_scores_given_by_hand_survive_a_regrade(course, klass):
    with gradebook(course) as book:
        book.find_grade("explain", NAME, NAME, "right").manual_score = 2.5
        book.find_grade("test_double", NAME, NAME, "adds_two").manual_score = 1.0
        book.find_comment("explain", NAME, NAME, "right").manual_comment = "Why halved?"
        book.db.commit()
    before = graded_at(course, "right")
    (right,) = course.autograde(NAME, Options(only="right", force=True))
    (wrong,) = course.autograde(NAME, Options(only="adds_two", force=True))
    assert graded_at(course, "right") != before
    assert (right.score, right.manual_score, right.pending, right.total) == (6, 2.5, 0, 8.5)
    assert [part.message for part in right.parts if part.manual] == ["Why halved?"]
    assert [part.score for part in wrong.parts] == [1, 4, 0]


def test_a_newer_submission_is_graded_anew(course, klass, release, tmp_path):
    assert hand_in(course, tmp_path, "blank", fill_in(release, klass.exercise.answers)) == ["blank"]
    before = by_student(course.results(NAME))["blank"]
    assert (before.status, before.reason) == (NOT_GRADED, "handed in, not graded yet")
    (result,) = course.autograde(NAME, Options(only="blank"))
    assert (result.status, result.score) == (GRADED, 6)


def test_a_broken_file_after_a_good_one_is_refused_and_scores_nothing(course, tmp_path):
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "right.ipynb").write_bytes(b"\x00")
    course.collect(NAME, inbox)
    (result,) = course.autograde(NAME, Options(only="right"))
    assert (result.status, result.score) == (REFUSED, 0)
    with gradebook(course) as book:
        assert book.find_submission(NAME, "right").score == 0
    assert not (course.folder / "autograded" / "right" / NAME).exists()


def test_changed_tests_are_noticed(course, klass):
    source = course.folder / "source" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("== 41", "== 42")
    nbformat.write(notebook, source)
    course.release(NAME)
    (result,) = course.autograde(NAME, Options(only="right"))
    assert (result.score, result.reason) == (4, "lost points in: Twice")
    assert by_student(course.results(NAME))["adds_two"].status == NOT_GRADED


def forget_scores(course):
    """Bring a course back to where everything is collected and nothing is graded."""
    shutil.rmtree(course.folder / "autograded")
    with gradebook(course) as book:
        for submission in book.assignment_submissions(NAME):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = None, True
        book.db.commit()


def test_a_stranger_who_joins_the_roster_is_graded_after_the_next_collect(course):
    course.enrol([Student("stranger", "Jo", "Known")])
    assert "stranger" in course.collect(NAME)
    (result,) = course.autograde(NAME, Options(only="stranger"))
    assert (result.status, result.score) == (GRADED, 6)


def test_a_zip_is_collected_as_a_folder_is(course, tmp_path):
    archive = shutil.make_archive(tmp_path / "download", "zip", course.folder / "inbox")
    assert course.collect(NAME, archive) == ["not_json", "other_assignment"]


def test_a_link_in_the_exchange_is_not_followed(course, tmp_path):
    """nbgrader would copy what it points to, with the rights of whoever collects."""
    inbound = course.folder / "exchange" / "cnncourse" / "inbound"
    folder = inbound / f"nothing_handed_in+{NAME}+2030-01-01 00:00:00.0 UTC+abc"
    folder.mkdir()
    (folder / f"{NAME}.ipynb").symlink_to(course.folder / "source" / NAME / f"{NAME}.ipynb")
    assert "nothing_handed_in" not in course.collect(NAME)
    result = by_student(course.results(NAME))["nothing_handed_in"]
    assert (result.status, result.score) == (REFUSED, 0)
    assert result.reason == f"{NAME}.ipynb is a link, expected files only"


def test_a_refused_file_beside_a_graded_one_is_told(course, klass, tmp_path):
    (tmp_path / "in" / "right").mkdir(parents=True)
    course.collect(NAME, tmp_path / "in")
    result = by_student(course.results(NAME))["right"]
    assert result.score == klass.results["right"].score
    (said,) = result.repairs
    assert said == f"another file was refused: right: holds no notebook, expected {NAME}.ipynb"


# --- export ---


def test_the_csv_can_be_read_back(klass):
    path = klass.course.folder / "grades.csv"
    raw = path.read_bytes()
    assert raw.count(b"\r\n") == len(klass.results) + 1
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert rows.keys() == klass.results.keys()
    assert rows["deleted_test"]["last_name"] == "O'Brien, Jr."
    assert rows["kernel_dies"]["last_name"] == "小龍"
    assert rows["blank"]["last_name"] == 'Un"quoted"'
    assert rows["blank"]["first_name"] == "'=Nobody"
    for student, result in klass.results.items():
        row = rows[student]
        assert float(row["score"]) == result.total
        assert float(row["max_score"]) == result.total_max
        assert float(row["manual_pending"]) == result.pending
        assert (row["status"], row["reason"]) == (result.status, result.reason)


# --- new courses ---


@pytest.fixture(scope="module")
def pristine(exercise, tmp_path_factory):
    return new_course(tmp_path_factory.mktemp("pristine") / "new", [exercise])


@pytest.fixture
def empty(pristine, tmp_path):
    return Course(shutil.copytree(pristine.folder, tmp_path / "new"))


def test_a_new_course_is_nbgraders(empty):
    assert empty.assignments() == [NAME]
    assert empty.students() == []
    assert (empty.folder / "source" / NAME / f"{NAME}.ipynb").is_file()
    said = subprocess.run(
        [sys.executable, "-m", "nbgrader", "db", "assignment", "list"],
        cwd=empty.folder, capture_output=True, text=True, check=True,
    )
    assert "There are 0 assignments" in said.stderr + said.stdout


def test_making_a_course_again_keeps_what_is_the_instructors(empty, exercise):
    config = empty.folder / CONFIG_FILE
    config.write_text(config.read_text() + "\nc.ExecuteSubmission.seconds_per_cell = 7\n")
    empty.enrol([Student("anna", "Anna", "Ek", "a@example.org")])
    again = new_course(empty.folder, [exercise], [Student("ben")])
    assert "seconds_per_cell = 7" in config.read_text()
    assert again.students() == [Student("anna", "Anna", "Ek", "a@example.org"), Student("ben")]


def test_a_course_may_be_moved(empty, tmp_path):
    empty.enrol([Student("anna")])
    moved = shutil.move(empty.folder, tmp_path / "else where")
    course = Course(moved)
    assert course.students() == [Student("anna")]
    assert course.release(NAME).is_relative_to(moved)


def test_a_release_that_fails_leaves_the_old_one(course):
    """nbgrader lets no graded cell vanish from an assignment that has submissions."""
    source = course.folder / "source" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "test_double"]
    nbformat.write(notebook, source)
    before = (course.folder / "release" / NAME / f"{NAME}.ipynb").read_bytes()
    with pytest.raises(CourseError, match=r"not released: .*Cannot add or remove cells"):
        course.release(NAME)
    assert (course.folder / "release" / NAME / f"{NAME}.ipynb").read_bytes() == before


def test_what_is_no_course_is_refused(tmp_path, exercise):
    with pytest.raises(ArgumentError, match="folder: expected a course folder"):
        Course(tmp_path)
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(ArgumentError, match="folder: expected an empty folder or a course"):
        new_course(tmp_path, [exercise])
    with pytest.raises(ArgumentError, match="folder: expected a path without"):
        new_course(tmp_path / "course[1]", [exercise])


def test_steps_say_what_they_expect(empty, tmp_path):
    with pytest.raises(ArgumentError, match=r"assignment: expected one of this course \(01_count"):
        empty.release("02_nothing")
    with pytest.raises(ArgumentError, match="assignment: expected one that has been released"):
        empty.collect(NAME)
    empty.release(NAME)
    with pytest.raises(ArgumentError, match="only: expected a student of the roster, got anna"):
        empty.autograde(NAME, Options(only="anna"))
    with pytest.raises(SubmissionError, match="expected a folder or a zip file"):
        empty.collect(NAME, tmp_path / "nowhere")
    assert empty.collect(NAME) == []
    assert empty.autograde(NAME) == []


def test_an_exchange_out_of_reach_is_named(empty):
    empty.release(NAME)
    shutil.rmtree(empty.folder / "exchange")
    with pytest.raises(SetupError, match="nothing collected"):
        empty.collect(NAME)


# --- rosters ---


def test_a_roster_survives_excel(tmp_path):
    path = tmp_path / "students.csv"
    path.write_text(
        '\ufeffid,first_name,last_name,email\r\nanna, Anna ,"Ek, Dr.",a@example.org\r\n',
        encoding="utf-8",
    )
    assert read_roster(path) == [Student("anna", "Anna", "Ek, Dr.", "a@example.org")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "missing: email, first_name, id, last_name"),
        ("id,first_name,last_name\n", "missing: email"),
        ("id,first_name,last_name,email\na,,,\na,,,\n", "line 3: id 'a' comes twice"),
        ("id,first_name,last_name,email\n,,,\n", "line 2: id: expected a letter or digit"),
        ("id,first_name,last_name,email\na+b,,,\n", "line 2: id: expected at most 100 char"),
    ],
)
def test_a_faulty_roster_is_refused_with_its_line(tmp_path, text, problem):
    path = tmp_path / "students.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=problem):
        read_roster(path)


@pytest.mark.parametrize(
    "student", ["", ".", "..", "-x", "a/b", "a\\b", "a*", "a[1]", "a+b", "a\n", "x" * 101]
)
def test_ids_that_could_be_paths_or_patterns_are_refused(student):
    with pytest.raises(ArgumentError, match="id: expected"):
        check_id(student)


@pytest.mark.parametrize("student", ["anna", "a.b@c.org", "李小龍", "o'brien 2"])
def test_usual_ids_pass(student):
    check_id(student)


def test_refusals_of_one_inbox_do_not_forget_those_of_another(course, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"guest_{name}.ipynb").write_text("{}")
        course.collect(NAME, tmp_path / name)
    refused = {r.student for r in course.results(NAME) if r.student.startswith("guest")}
    assert refused == {"guest_one", "guest_two"}
    noted = json.loads((course.folder / "refused" / f"{NAME}.json").read_text())
    assert len(noted) == 4
    assert os.listdir(course.folder / "refused") == [f"{NAME}.json"]  # noqa: PTH208


# --- lateness ---


def test_a_due_date_and_a_rule_take_points_off(course, exercise, release, tmp_path):
    config = course.folder / CONFIG_FILE
    config.write_text(config.read_text() + "\nc.LatePolicy.percent_per_day = 10\n")
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    late = Course(course.folder)
    late.set_due(NAME, noon)
    hand_in(late, tmp_path, "right", fill_in(release, exercise.answers))
    moment = late.folder / "submitted" / "right" / NAME / "timestamp.txt"
    moment.write_text(f"{noon + timedelta(days=1, hours=1):%Y-%m-%d %H:%M:%S.%f} UTC")
    (result,) = late.autograde(NAME, Options(only="right", force=True))
    assert (result.score, result.penalty) == (6, pytest.approx(1.2))


def test_a_platforms_file_is_filled_in(klass, tmp_path):
    template = tmp_path / "canvas.csv"
    template.write_text(
        "Student,ID,SIS Login ID\n    Points Possible,,\nRight,1,right\nBlank,2,blank\n"
    )
    filled = klass.course.fill_in(NAME, template, tmp_path / "filled.csv")
    rows = list(csv.reader(filled.path.read_text().splitlines()))
    assert [row[-1] for row in rows] == [NAME, "9", "6", "0"]


def test_the_report_names_who_failed_and_who_resembles_whom(klass):
    page = klass.course.report(NAME).read_text()
    assert "8 graded, 4 refused, 1 missing" in page
    assert "Numbers that are not whole have a double, too." in page
    assert "It ran longer" in page or "timed out" in page
