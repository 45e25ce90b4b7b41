from copy import deepcopy

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.utils import compute_checksum

from cnncourse.grading.results import (
    BY_HAND,
    FAILED,
    PARTIAL,
    PASSED,
    Part,
    Result,
    describe,
    judge,
    read_parts,
    status_of,
)


def stdout(text):
    return new_output("stream", name="stdout", text=text)


def stderr(text):
    return new_output("stream", name="stderr", text=text)


def error(ename, evalue):
    return new_output("error", ename=ename, evalue=evalue, traceback=["secret source"])


def value(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def verdict(*outputs, points=4):
    meta = {"nbgrader": {"grade": True, "solution": False, "grade_id": "t", "points": points}}
    return judge(new_code_cell(metadata=meta, outputs=list(outputs)))


@pytest.mark.parametrize(
    ("outputs", "score"),
    [
        ([], 4),
        ([stderr("100%|###| 3/3"), stdout("hello")], 4),
        ([error("AssertionError", "no")], 0),
        ([stderr("UserWarning"), value("2.5")], 2.5),
        ([value("np.float64(3.0)")], 3),
        ([value("0")], 0),
        ([value("4")], 4),
        ([value("5")], 0),  # more than there is
        ([value("-1")], 0),
        ([value("nan")], 0),
        ([value("'full marks'")], 0),
        ([value("4"), error("KeyboardInterrupt", "")], 0),
        ([value("4"), value("1")], 1),  # the cell's own value comes last
    ],
)
def test_outputs_become_points(outputs, score):
    assert verdict(*outputs).score == score


def test_partial_credit_says_what_the_test_printed():
    assert verdict(stdout("-1: look at the border"), stderr("noise"), value("3")).message == (
        "-1: look at the border"
    )
    assert verdict(stdout("chatter of the student's code"), value("4")).message == ""


@pytest.mark.parametrize(
    ("ename", "evalue", "said"),
    [
        ("AssertionError", "Twice two is four.", "Twice two is four."),
        ("AssertionError", "", "A test of this part failed."),
        ("NameError", "name 'x' is not defined\nmore", "NameError: name 'x' is not defined"),
        ("KeyboardInterrupt", "", "KeyboardInterrupt"),
        ("NotImplementedError", "", "Not filled in yet."),
        ("SyntaxError", "bad syntax (1357924680.py, line 3)", "SyntaxError: bad syntax (line 3)"),
        ("ValueError", "\x1b[31mred\x1b[0m\x07", "ValueError: red"),
        ("TimeLimit", "Stopped.", "Stopped."),
    ],
)
def test_errors_are_said_in_words(ename, evalue, said):
    assert describe(error(ename, evalue)) == said


def test_expected_arrays_of_numpy_testing_are_not_told():
    evalue = (
        "\nNot equal to tolerance rtol=1e-07, atol=0\nLook at the border\n"
        "Mismatched elements: 1 / 2 (50%)\n ACTUAL: array([1, 2])\n DESIRED: array([1, 3])"
    )
    said = describe(error("AssertionError", evalue))
    assert "Look at the border" in said
    assert "array" not in said


def test_a_long_message_is_cut():
    assert len(verdict(error("AssertionError", "x" * 10_000)).message) < 1000


def test_the_graders_own_error_explains_better_than_the_interrupt():
    got = verdict(error("KeyboardInterrupt", ""), error("TimeLimit", "Stopped."))
    assert got.message == "Stopped."


def test_sums_of_a_result():
    result = Result(
        "anna", "a", "graded", "",
        parts=(
            Part("t1", "One", 2.0, 2.0, PASSED),
            Part("t2", "Two", 1.0, 4.0, PARTIAL),
            Part("w1", "Three", 0.0, 3.0, BY_HAND, manual=True),
            Part("w2", "Four", 1.5, 2.0, PARTIAL, manual=True),
        ),
        penalty=0.5,
    )
    assert (result.score, result.max_score) == (3, 6)
    assert (result.manual_score, result.manual_max, result.pending) == (1.5, 5, 3)
    assert (result.total, result.total_max) == (4, 11)


@pytest.mark.parametrize(("score", "status"), [(0, FAILED), (0.5, PARTIAL), (2, PASSED)])
def test_status_of_a_score(score, status):
    assert status_of(score, 2) == status


def test_an_untouched_answer_is_known_by_nbgraders_checksum(release):
    cell = next(c for c in release.cells if c.metadata.get("nbgrader", {}).get("points") == 3)
    assert cell.metadata.nbgrader.checksum == compute_checksum(cell)
    assert blank_part(cell).message == "No answer was given."
    cell = deepcopy(cell)
    cell.source += "!"
    assert blank_part(cell).status == BY_HAND


def blank_part(cell):
    return read_parts(new_notebook(cells=[cell]))[0]
