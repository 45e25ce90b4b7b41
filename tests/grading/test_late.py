import datetime
import shutil

import pytest
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import TraitError
from traitlets.config import Config

from cnncourse.grading.late import LatePolicy, assign_penalties, charged_days, late_submissions

DUE = datetime.datetime(2026, 11, 1, 12)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


# nbgrader's own objects, made one by one
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two assignments of ten points, due a week apart; anna and ben, in time so far."""
    file = tmp_path_factory.mktemp("late") / "gradebook.db"
    with Gradebook(f"sqlite:///{file}", "cnncourse") as gradebook:
        for week, assignment in enumerate(("one", "two")):
            gradebook.add_assignment(assignment, duedate=DUE + week * 7 * DAY)
            gradebook.add_notebook("work", assignment)
            gradebook.add_grade_cell(
                "cell", "work", assignment, max_score=10, cell_type="code"
            )
        for student in ("anna", "ben"):
            gradebook.add_student(student)
            for assignment in ("one", "two"):
                hand_in(gradebook, assignment, student, late=-HOUR, score=8)
    return file


@pytest.fixture
def gradebook(made, tmp_path):
    file = shutil.copyfile(made, tmp_path / "gradebook.db")
    with Gradebook(f"sqlite:///{file}", "cnncourse") as gradebook:
        yield gradebook


def hand_in(gradebook, assignment, student, late, score):
    due = gradebook.find_assignment(assignment).duedate
    gradebook.update_or_create_submission(assignment, student, timestamp=due + late)
    gradebook.find_grade("cell", "work", assignment, student).auto_score = score
    gradebook.db.commit()


def total(gradebook, assignment, student):
    gradebook.db.expire_all()
    submission = gradebook.find_submission(assignment, student)
    return submission.score - submission.late_submission_penalty


def test_in_time_costs_nothing(gradebook):
    assign_penalties(gradebook, LatePolicy(percent_per_day=50.0))
    assert total(gradebook, "one", "anna") == 8


@pytest.mark.parametrize(
    ("late", "left"),
    [(HOUR, 7.2), (DAY, 7.2), (DAY + HOUR, 6.4), (30 * DAY, 4.0)],
)
def test_each_day_begun_costs_up_to_the_cap(gradebook, late, left):
    hand_in(gradebook, "one", "anna", late, score=8)
    assign_penalties(gradebook, LatePolicy(percent_per_day=10.0, cap_percent=50.0))
    assert total(gradebook, "one", "anna") == pytest.approx(left)
    assert total(gradebook, "one", "ben") == 8


def test_grace(gradebook):
    hand_in(gradebook, "one", "anna", HOUR, score=8)
    hand_in(gradebook, "one", "ben", HOUR + datetime.timedelta(minutes=1), score=8)
    assign_penalties(gradebook, LatePolicy(percent_per_day=10.0, grace_minutes=60.0))
    assert total(gradebook, "one", "anna") == 8
    assert total(gradebook, "one", "ben") == pytest.approx(7.2)


def test_free_days_are_spent_in_the_order_of_the_due_dates(gradebook):
    for assignment in ("two", "one"):
        hand_in(gradebook, assignment, "anna", 2 * DAY, score=10)
    assign_penalties(gradebook, LatePolicy(percent_per_day=10.0, free_days=3))
    assert total(gradebook, "one", "anna") == 10
    assert total(gradebook, "two", "anna") == pytest.approx(9)


def test_extensions_from_the_configuration_and_from_nbgrader(gradebook):
    hand_in(gradebook, "one", "anna", 2 * DAY, score=8)
    hand_in(gradebook, "one", "ben", 2 * DAY, score=8)
    gradebook.grant_extension("one", "ben", days=1)
    policy = LatePolicy(percent_per_day=10.0, extensions={"one": {"anna": 2}})
    assign_penalties(gradebook, policy)
    assert total(gradebook, "one", "anna") == 8
    assert total(gradebook, "one", "ben") == pytest.approx(7.2)


def test_a_score_given_later_and_a_later_extension_change_the_penalty(gradebook):
    hand_in(gradebook, "one", "anna", DAY, score=8)
    policy = LatePolicy(percent_per_day=10.0)
    assign_penalties(gradebook, policy)
    gradebook.find_grade("cell", "work", "one", "anna").manual_score = 10
    gradebook.db.commit()
    assign_penalties(gradebook, policy)
    assert total(gradebook, "one", "anna") == pytest.approx(9)
    gradebook.grant_extension("one", "anna", days=1)
    assign_penalties(gradebook, policy)
    assert total(gradebook, "one", "anna") == 10


def test_nbgrader_takes_off_the_same(gradebook, tmp_path):
    for assignment in ("one", "two"):
        hand_in(gradebook, assignment, "anna", 2 * DAY, score=10)
    rule = {"percent_per_day": 10.0, "free_days": 3}
    plugin = {"plugin_class": "cnncourse.grading.late.LatePolicy"}
    stock = AssignLatePenalties(config=Config(AssignLatePenalties=plugin, LatePolicy=rule))
    place = {"notebook": "work", "assignment": "two", "student": "anna"}
    address = {"db_url": f"sqlite:///{tmp_path / 'gradebook.db'}"}
    stock.preprocess(new_notebook(), {"nbgrader": place | address})
    by_nbgrader = total(gradebook, "two", "anna")
    assign_penalties(gradebook, LatePolicy(**rule))
    assert by_nbgrader == total(gradebook, "two", "anna") == 9


def test_without_a_due_date_nothing_is_late(gradebook):
    gradebook.update_or_create_assignment("one", duedate=None)
    hand_in_at = gradebook.find_submission("one", "anna")
    hand_in_at.timestamp = DUE + 50 * DAY
    gradebook.db.commit()
    assert charged_days(late_submissions(gradebook), LatePolicy()) == {}


@pytest.mark.parametrize(
    ("name", "value"), [("percent_per_day", 120.0), ("cap_percent", -1.0), ("free_days", -1)]
)
def test_a_rule_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(TraitError, match=rf"LatePolicy.{name}: expected .* got"):
        LatePolicy(**{name: value})
