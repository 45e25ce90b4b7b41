"""Runs over a class: what is run, what is kept, what is said; the stand-in judges."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import traceback
from contextlib import closing
from dataclasses import replace

import nbformat
import pytest
from classroom import NAME, change_tests, gradebook_of, hand_in, shown_of
from standin import Grader

from cnncourse.authoring.build import fill_in
from cnncourse.errors import ArgumentError, SetupError
from cnncourse.grading import engine
from cnncourse.grading.course import Course
from cnncourse.grading.operations.autograde import Options
from cnncourse.grading.operations.lock import only_writer
from cnncourse.grading.results import GRADED, NOT_GRADED, REFUSED, Result

BOTH = ("test_double", "test_evens")


def scores(course):
    return {r.student: (r.status, r.score) for r in course.results(NAME)}


def by_hand(course, student, part, score, comment=None):
    """Grade as formgrader does."""
    with closing(sqlite3.connect(course.folder / "gradebook.db")) as db:
        place = """cell_id = (SELECT id FROM base_cell WHERE name = ?) AND notebook_id IN
            (SELECT submitted_notebook.id FROM submitted_notebook JOIN submitted_assignment
             ON submitted_assignment.id = submitted_notebook.assignment_id WHERE student_id = ?)"""
        db.execute(f"UPDATE grade SET manual_score = ?, needs_manual_grade = 0 WHERE {place}",
                   (score, part, student))  # fmt: skip
        db.execute(f"UPDATE comment SET manual_comment = ? WHERE {place}",
                   (comment, part, student))  # fmt: skip
        db.commit()


def events(course, report):
    lines = (course.folder / "runs" / report.run / "events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_first_run_grades_everyone_and_a_second_runs_nothing(course, graders):
    results, report = course.run(NAME)
    assert [student for student, _ in graders] == [f"s{n:04}" for n in range(9)]
    assert {parts for _, parts in graders} == {BOTH}
    assert report.counts == {"graded": 8, "refused": 1}
    assert {r.student: r.score for r in results} == {
        "s0000": 6, "s0001": 3, "s0002": 4, "s0003": 1, "s0004": 4, "s0005": 3, "s0006": 0,
        "s0007": 1, "s0008": 4,
    }  # fmt: skip
    before, shown = gradebook_of(course), shown_of(course)
    graders.clear()
    again, report = course.run(NAME)
    assert graders == []
    assert again == results
    assert (report.counts, report.changes) == ({"graded before": 9}, ())
    assert (gradebook_of(course), shown_of(course)) == (before, shown)


def test_what_was_lost_beside_the_journal_comes_back_without_a_run(course, graders):
    course.autograde(NAME)
    before, shown = gradebook_of(course), shown_of(course)
    graders.clear()
    shutil.rmtree(course.folder / "autograded")
    with closing(sqlite3.connect(course.folder / "gradebook.db")) as db:
        db.execute("UPDATE grade SET auto_score = 0")
        db.commit()
    course.autograde(NAME)
    assert graders == []
    assert (gradebook_of(course), shown_of(course)) == (before, shown)


def test_changing_one_test_runs_that_part_alone_and_keeps_what_a_person_gave(course, graders):
    course.autograde(NAME)
    by_hand(course, "s0000", "explain", 2.5, "Why halved?")
    by_hand(course, "s0003", "test_double", 1.5)
    shown = shown_of(course)
    graders.clear()
    change_tests(course, "== 41", "== 41.5")
    assert scores(course)["s0002"] == (NOT_GRADED, 4)  # test_evens is known
    results, report = course.run(NAME)
    assert {parts for _, parts in graders} == {("test_double",)}
    assert len(graders) == 9
    found = {(c.student, c.part): (c.before, c.after, c.cause) for c in report.changes}
    assert found == {
        (student, "test_double"): (2.0, 0.0, "the tests changed")
        for student in ("s0000", "s0001", "s0005")
    }
    first = next(r for r in results if r.student == "s0000")
    assert (first.score, first.manual_score, first.pending) == (4, 2.5, 0)
    assert next(r for r in results if r.student == "s0003").parts[0].score == 1.5
    for name, content in shown_of(course).items():  # the other part shows what it showed
        before, now = (
            {cell.id: cell.get("outputs") for cell in nbformat.reads(text, 4).cells}
            for text in (shown[name].decode(), content.decode())
        )
        assert now["test_evens"] == before["test_evens"]


def test_tests_changed_back_are_not_run_again(course, graders):
    first = course.autograde(NAME)
    change_tests(course, "== 41", "== 41.5")
    course.autograde(NAME)
    change_tests(course, "== 41.5", "== 41")
    graders.clear()
    again, report = course.run(NAME)
    assert graders == []
    assert [r.score for r in again] == [r.score for r in first]
    assert {change.cause for change in report.changes} == {"the tests changed"}


def test_a_newer_file_is_graded_anew_and_its_written_answer_shown_again(course, graders):
    course.autograde(NAME)
    by_hand(course, "s0002", "explain", 3.0)
    graders.clear()
    hand_in(course, "s0002", {"double": "def double(number):\n    return 2 * number"})
    results, report = course.run(NAME)
    assert graders == [("s0002", BOTH)]
    assert {(c.part, c.before, c.after, c.cause) for c in report.changes} == {
        ("test_double", 0.0, 2.0, "another file was handed in"),
        ("test_evens", 4.0, 0.0, "another file was handed in"),
    }
    rows = [row for row in gradebook_of(course) if row[:3] == ("grade", "s0002", "explain")]
    ((*_, auto, manual, again, _penalty),) = rows
    assert (auto, manual, again) == (0.0, 3.0, 1)  # unanswered now, and to be looked at again
    assert next(r for r in results if r.student == "s0002").manual_score == 3.0


def test_only_part_and_force(course, graders):
    one = course.autograde(NAME, Options(only="s0001", parts=["test_evens"]))
    assert graders == [("s0001", ("test_evens",))]
    assert [(r.status, r.score, r.reason) for r in one] == [
        (NOT_GRADED, 1, "not graded yet: test_double")
    ]
    course.autograde(NAME, Options(only="s0001"))
    assert graders.pop() == ("s0001", ("test_double",))
    graders.clear()
    course.autograde(NAME, Options(only="s0001", parts=["test_double"], force=True))
    assert graders == [("s0001", ("test_double",))]
    graders.clear()
    course.autograde(NAME, Options(force=True))
    assert len(graders) == 9
    with pytest.raises(ArgumentError, match="expected of test_double, test_evens, got test_x"):
        course.autograde(NAME, Options(parts=["test_x"]))


def test_a_plan_says_what_would_be_run_and_writes_nothing(course, graders):
    course.autograde(NAME, Options(only="s0001"))
    graders.clear()
    before = sorted(course.folder.rglob("*"))
    plans = {each.standing.student: each for each in course.plan(NAME)}
    assert [name for name, each in plans.items() if not each.needed] == ["s0001"]
    assert plans["s0000"].parts == list(BOTH)
    assert graders == []
    assert sorted(course.folder.rglob("*")) == before


def test_a_plan_of_a_course_that_was_never_graded_writes_nothing(course, graders):
    before = {path: path.stat().st_mtime_ns for path in course.folder.rglob("*")}
    assert sum(each.needed for each in course.plan(NAME)) == 9
    assert {path: path.stat().st_mtime_ns for path in course.folder.rglob("*")} == before


def test_the_same_seed_in_every_run_and_another_for_everyone(course, monkeypatch):
    seeds = []

    class Seeds(Grader):
        def grade(self, notebook, *, student="", seed=b"", **about):
            seeds.append((student, seed))
            return super().grade(notebook, student=student, seed=seed, **about)

    monkeypatch.setattr(engine, "Grader", Seeds)
    course.autograde(NAME)
    course.autograde(NAME, Options(force=True))
    assert seeds[:9] == seeds[9:]
    assert len({seed for _, seed in seeds}) == 9
    assert all(len(seed) == 32 for _, seed in seeds)


def test_files_beside_the_released_notebook_go_with_every_job(course, monkeypatch):
    given = []

    class Beside(Grader):
        def grade(self, notebook, *, student="", files=None, **about):
            given.append((student, files))
            return super().grade(notebook, student=student, files=files, **about)

    monkeypatch.setattr(engine, "Grader", Beside)
    course.autograde(NAME, Options(only="s0000"))
    assert given == [("s0000", {})]
    data = course.folder / "release" / NAME / "data" / "numbers.csv"
    data.parent.mkdir()
    data.write_text("1,2")
    course.autograde(NAME, Options(only="s0000"))  # another file is another task
    assert given[1:] == [("s0000", {"data/numbers.csv": b"1,2"})]
    course.autograde(NAME, Options(only="s0000"))
    assert len(given) == 2


def test_files_that_students_may_bring_reach_their_cells(course, tmp_path):
    config = course.folder / "nbgrader_config.py"
    config.write_text(f'{config.read_text()}\nc.Intake.may_bring = {{"{NAME}": ["*.csv"]}}\n')
    course = Course(course.folder)
    release = nbformat.read(course.folder / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    reads = "factor = int(open('factor.csv').read())\ndef double(number): return factor * number"
    inbox = tmp_path / "handed" / "s0001"
    inbox.mkdir(parents=True)
    nbformat.write(fill_in(release, {"double": reads}), inbox / f"{NAME}.ipynb")
    for factor, score in ((2, 2), (4, 0)):  # another file is another submission
        (inbox / "factor.csv").write_text(str(factor))
        course.collect(NAME, inbox.parent)
        (result,) = course.autograde(NAME, Options(only="s0001"))
        assert result.score == score, result.reason


def test_a_killed_warm_process_costs_one_more_start(course, monkeypatch):
    started = []

    class Dying(Grader):
        def __enter__(self):
            started.append(1)
            return super().__enter__()

        def grade(self, notebook, **about):
            if len(started) == 1 and about["student"] == "s0003":
                self.warm.kill()
            return super().grade(notebook, **about)

    monkeypatch.setattr(engine, "Grader", Dying)
    _, report = course.run(NAME)
    assert len(started) == 2
    assert report.counts["graded"] == 8
    assert report.broken == {}


def test_whatever_breaks_for_one_student_the_others_are_graded(course, graders, monkeypatch):
    """A grader's own failure is told as such, and is no zero that looks like a grade."""

    class Broken(Grader):
        def grade(self, notebook, **about):
            if about["student"] == "s0004":
                raise RuntimeError("out of luck")
            return super().grade(notebook, **about)

    monkeypatch.setattr(engine, "Grader", Broken)
    results, report = course.run(NAME)
    broken = next(r for r in results if r.student == "s0004")
    assert broken.status == NOT_GRADED
    assert broken.reason == "grading broke (RuntimeError: out of luck); grade again"
    assert sum(r.status == GRADED for r in results) == 7
    assert [e["student"] for e in events(course, report) if e["event"] == "broke"] == ["s0004"]
    monkeypatch.setattr(engine, "Grader", Grader)
    assert scores(course)["s0004"][0] == NOT_GRADED
    course.autograde(NAME)
    assert scores(course)["s0004"] == (GRADED, 4)


def test_a_machine_that_cannot_grade_safely_stops_the_run_in_one_line(course, monkeypatch):
    class Unsafe(Grader):
        def __enter__(self):
            raise SetupError("no namespaces here: install bubblewrap")

    monkeypatch.setattr(engine, "Grader", Unsafe)
    with pytest.raises(SetupError, match="install bubblewrap"):
        course.autograde(NAME)
    assert not (course.folder / "journal").exists()


def test_what_someone_should_look_at_is_told_line_by_line(course, graders):
    lines = []
    course.run(NAME, tell=lines.append)
    assert lines == ["s0006: refused; is not JSON, as a notebook must be (line 1)"]


def test_what_was_finished_before_an_interrupt_counts(course, monkeypatch, graders):
    class Interrupted(Grader):
        def grade(self, notebook, **about):
            if about["student"] == "s0005":
                raise KeyboardInterrupt
            return super().grade(notebook, **about)

    monkeypatch.setattr(engine, "Grader", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        course.autograde(NAME)
    monkeypatch.setattr(engine, "Grader", Grader)
    assert [status for status, _ in scores(course).values()].count(GRADED) == 5
    _, report = course.run(NAME)
    assert report.counts == {"graded before": 5, "graded": 3, "refused": 1}


def test_the_log_tells_the_run(course, graders):
    _, report = course.run(NAME)
    told = events(course, report)
    assert [told[0]["event"], told[-1]["event"]] == ["started", "finished"]
    assert (told[0]["students"], told[0]["to_run"]) == (9, 9)
    one = next(event for event in told if event.get("student") == "s0001")
    assert (one["event"], one["score"], one["of"]) == ("graded", 3, 6)
    assert one["parts"] == ["test_double", "test_evens", "explain"]
    assert one["reason"] == "lost points in: Even numbers"
    assert told[-1]["graded"] == 8


def test_a_refused_file_scores_nothing_and_shows_nothing(course, graders):
    course.autograde(NAME)
    (course.folder / "again").mkdir()
    (course.folder / "again" / "s0000.ipynb").write_text("{")
    course.collect(NAME, course.folder / "again")
    (result,) = course.autograde(NAME, Options(only="s0000"))
    assert (result.status, result.score) == (REFUSED, 0)
    assert not (course.folder / "autograded" / "s0000" / NAME).exists()
    rows = [row for row in gradebook_of(course) if row[1] == "s0000"]
    assert {(row[3], row[5]) for row in rows if row[0] == "grade"} == {(0.0, 0)}
    assert {row[3][:20] for row in rows if row[0] == "comment"} == {"Refused: is not JSON"}


def test_two_runs_on_one_course_are_refused(course, graders):
    with only_writer(course.folder):
        for step in (course.autograde, course.release, course.collect):
            with pytest.raises(SetupError, match="is at work on this course"):
                step(NAME)


# --- where nothing can be written ---


def in_child(work) -> str:
    """Do something in a child process, for limits that cannot be taken back; what was refused."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            work()
            said = "done"
        except SetupError as error:
            said = f"SetupError: {error}"
        except BaseException:
            said = traceback.format_exc()
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        said = file.read()
    os.waitpid(child, 0)
    return said


def sizes(course):
    return {path.name: path.stat().st_size for path in course.folder.glob("journal/*.jsonl")}


@pytest.mark.parametrize("share", [0.02, 0.6, 0.999])
def test_a_full_disk_leaves_the_gradebook_and_the_next_run_finishes(course, graders, share):
    """Files may only grow so far: a backup, the journal, or the gradebook meets the limit."""
    whole = Course(shutil.copytree(course.folder, course.folder.parent / "whole"))
    whole.autograde(NAME)
    limit = int((whole.folder / "gradebook.db").stat().st_size * share)

    def grade():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        course.autograde(NAME)

    before = gradebook_of(course)
    said = in_child(grade)
    assert said.startswith("SetupError: "), said
    assert "not backed up" in said or "not written" in said
    assert gradebook_of(course) == before
    course.autograde(NAME)
    assert gradebook_of(course) == gradebook_of(whole)
    assert shown_of(course) == shown_of(whole)


def as_nobody(work):
    """Work without root's rights to write everywhere."""

    def dropped():
        if os.getuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        work()

    return in_child(dropped)


class Still(Grader):
    """Needs no process of its own, which nobody may not start."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def grade(self, notebook, *, student="", **about):
        return Result(student, NAME, REFUSED, "whatever", parts=())


@pytest.mark.parametrize("sealed", [".", "gradebook.db", "journal"])
def test_a_target_that_is_read_only_is_named(course, graders, sealed, monkeypatch):
    course.autograde(NAME, Options(only="s0000"))
    for path in (course.folder.parent, *course.folder.rglob("*"), course.folder):
        path.chmod(0o777 if path.is_dir() else 0o666)
    for parent in course.folder.parents[1:4]:
        parent.chmod(parent.stat().st_mode | 0o011)
    target = course.folder / sealed
    target.chmod(0o555 if target.is_dir() else 0o444)
    for file in target.rglob("*") if sealed == "journal" else ():
        file.chmod(0o555 if file.is_dir() else 0o444)
    before = gradebook_of(course)
    monkeypatch.setattr(engine, "Grader", Still)
    said = as_nobody(lambda: course.autograde(NAME))
    assert said.startswith("SetupError: "), said
    assert str(target) in said or "readonly database" in said or "cannot be written to" in said
    assert gradebook_of(course) == before


def test_refusals_of_the_sandbox_are_told_by_the_results_flags(course, monkeypatch):
    class Flagging(Grader):
        def grade(self, notebook, **about):
            flags = ("timed out in cell “double”", "sandbox: opened a socket")
            return replace(super().grade(notebook, **about), flags=flags)

    monkeypatch.setattr(engine, "Grader", Flagging)
    _, report = course.run(NAME)
    assert (report.counts["timed out"], report.counts["sandbox"]) == (9, 9)
    assert course.results(NAME)[0].flags == (
        "timed out in cell “double”", "sandbox: opened a socket",
    )  # fmt: skip
