"""The gradebook before each run: compared with another, and put back."""

import pytest
from classroom import NAME, change_tests, gradebook_of
from nbgrader.api import Gradebook

from cnncourse.errors import ArgumentError, SetupError
from cnncourse.grading.operations import backups
from cnncourse.grading.operations.autograde import Options
from cnncourse.grading.operations.backups import Change
from cnncourse.grading.operations.lock import only_writer


@pytest.fixture
def twice(course, graders):
    """A course after two runs, with another test before the second."""
    course.autograde(NAME)
    change_tests(course, "== 41", "== 41.5")
    course.autograde(NAME, Options(only="s0000"))
    return course


def test_a_run_is_named_by_its_time_and_has_the_gradebook_of_before(twice):
    first, second = twice.runs()
    assert first < second
    (change,) = twice.changes(second)
    assert change == Change("s0000", NAME, "test_double", 2.0, 0.0, "the tests changed")
    changes = twice.changes(first, second)
    assert {change.cause for change in changes} == {"graded for the first time"}
    assert len(changes) == 8 * 2 + 3  # the refused one scores nothing in its written part, too


def test_a_backup_equal_to_the_one_before_takes_no_room(twice):
    for _ in range(2):
        twice.autograde(NAME, Options(only="s0000"))
    copies = [twice.folder / "runs" / name / "gradebook.db" for name in twice.runs()]
    assert len({path.stat().st_ino for path in copies}) == len(copies) - 1


def test_a_gradebook_is_put_back_and_the_one_of_now_is_kept(twice):
    first, second = twice.runs()
    now = gradebook_of(twice)
    aside = twice.restore(second)
    assert gradebook_of(twice) != now
    assert twice.changes(second) == []
    assert twice.runs() == [first, second, aside]
    with Gradebook(f"sqlite:///{twice.folder / 'gradebook.db'}", "cnncourse") as book:
        assert book.find_grade("test_double", NAME, NAME, "s0000").auto_score == 2.0
    twice.restore(aside)
    assert gradebook_of(twice) == now


def test_after_it_was_put_back_the_next_run_brings_it_up_to_the_journal(twice, graders):
    now = gradebook_of(twice)
    graders.clear()
    twice.restore(twice.runs()[1])
    twice.autograde(NAME, Options(only="s0000"))
    assert graders == []
    assert gradebook_of(twice) == now


def test_scores_by_hand_and_lateness_are_causes_of_their_own(twice):
    run = twice.runs()[-1]
    with Gradebook(f"sqlite:///{twice.folder / 'gradebook.db'}", "cnncourse") as book:
        book.find_grade("explain", NAME, NAME, "s0001").manual_score = 2.0
        book.find_submission_notebook(NAME, NAME, "s0001").late_submission_penalty = 0.5
        book.db.commit()
    found = {(c.student, c.part): (c.before, c.after, c.cause) for c in twice.changes(run)}
    assert found["s0001", "explain"] == (None, 2.0, "graded by hand")
    assert found["s0001", "lateness"] == (None, -0.5, "lateness")


def test_an_unknown_run_is_named_and_a_busy_course_refused(twice):
    with pytest.raises(ArgumentError, match=r"run: expected one of .*, now, got yesterday"):
        twice.changes("yesterday")
    with pytest.raises(ArgumentError, match="expected one of"):
        twice.restore("../" + twice.runs()[0])
    with only_writer(twice.folder), pytest.raises(SetupError, match="is at work"):
        twice.restore(twice.runs()[0])


def test_runs_of_one_second_are_in_order():
    names = ["20260101-000000-10", "20260101-000000-2", "20260101-000000", "20251231-235959-3"]
    assert sorted(names, key=backups._order) == names[::-1]
