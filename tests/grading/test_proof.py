from dataclasses import replace

import pytest

from cnncourse.authoring.source import read_misconceptions
from cnncourse.grading import proof


@pytest.fixture(scope="module")
def findings(exercise):
    """The proof of an exercise whose author is wrong about one misconception."""
    right, wrong = read_misconceptions(exercise)
    wrong = replace(wrong, loses={"test_evens": 3.0}, says={"test_evens": ["zero", "0 is even"]})
    steps = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proof, "read_misconceptions", lambda _: [right, wrong])
        found = proof.check_exercise(exercise, lambda *step: steps.append(step))
    assert steps[-1][1] == steps[-1][2]
    return {finding.name: finding for finding in found}


def test_solution_and_blank_are_first(findings):
    assert list(findings)[:4] == ["solution", "blank", "adds_two", "starts_at_two"]
    assert [(f.expected, f.got, f.ok) for f in findings.values()][:4] == [
        ("6", "6", True), ("0", "0", True), ("4", "4", True), ("3", "5", False),
    ]


def test_a_misconception_shows_what_its_owner_is_told(findings):
    assert findings["adds_two"].message == "Numbers that are not whole have a double, too."


def test_a_wrong_expectation_is_named(findings):
    assert findings["starts_at_two"].message == (
        "test_evens: expected 1, got 3 (0 is even.); "
        "test_evens: expected 'zero' in '0 is even.'"
    )
