import math

import numpy as np
import pytest

from cnncourse.grading.analysis import analyse
from cnncourse.grading.results import BY_HAND, FAILED, GRADED, MISSING, PASSED, Part, Result


def part(title, score, message="", seconds=0.0):
    status = PASSED if score == 2 else FAILED
    return Part(title, title, score, 2.0, status, message, seconds=seconds)


def result(student, *parts, flags=(), status=GRADED):
    return Result(student, "02", status, "", parts=parts, flags=flags)


@pytest.fixture(scope="module")
def klass():
    """Four students; the third part goes against the first."""
    rows = {"anna": (2, 2, 0), "ben": (2, 1, 1), "cleo": (0, 0, 2), "dan": (0, 0, 1)}
    results = [
        result(
            name,
            *(
                part(title, score, "" if score == 2 else f"got {k} of 'x{k}'", k)
                for title, score in zip("abc", row, strict=True)
            ),
        )
        for k, (name, row) in enumerate(rows.items())
    ]
    return [*results, result("eve", status=MISSING)]


def test_difficulty_and_counts(klass):
    a, b, c = analyse(klass).parts
    assert (a.difficulty, b.difficulty, c.difficulty) == (0.5, 0.375, 0.5)
    assert (a.full, a.none, b.full, b.none) == (2, 2, 1, 2)
    assert a.seconds == 1.5


def test_discrimination_is_the_correlation_with_the_rest(klass):
    scores = np.array([[2, 2, 0], [2, 1, 1], [0, 0, 2], [0, 0, 1]])
    for k, found in enumerate(analyse(klass).parts):
        rest = np.delete(scores, k, axis=1).sum(axis=1)
        assert found.discrimination == pytest.approx(np.corrcoef(scores[:, k], rest)[0, 1])


def test_failures_that_differ_in_numbers_and_names_are_one(klass):
    found = analyse(klass).failures
    assert [(f.title, len(f.students)) for f in found] == [("b", 3), ("c", 3), ("a", 2)]
    assert found[2].students == ("cleo", "dan")
    assert found[2].message == "got 2 of 'x2'"


def test_the_distribution_counts_whom_was_graded(klass):
    analysis = analyse(klass)
    assert sum(analysis.bars) == 4
    assert analysis.bars[6] == 2  # anna and ben, with 4 of 6
    assert analysis.median == 3


def test_all_points_fall_into_the_last_bar():
    assert analyse([result("anna", part("a", 2))]).bars == (0,) * 9 + (1,)


def test_equal_scores_have_no_discrimination():
    analysis = analyse([result(name, part("a", 2), part("b", 2)) for name in "xyz"])
    assert math.isnan(analysis.parts[0].discrimination)


def test_what_waits_for_a_person_has_no_difficulty():
    waiting = Part("w", "w", 0.0, 3.0, BY_HAND, manual=True)
    assert math.isnan(analyse([result("anna", waiting)]).parts[0].difficulty)


def test_nobody_handed_in():
    analysis = analyse([result("eve", status=MISSING)])
    assert analysis.parts == ()
    assert math.isnan(analysis.median)


def test_flags_are_found_by_their_first_words(klass):
    fay = result("fay", flags=("timed out: a", "used np.pad"), status=MISSING)
    analysis = analyse([*klass, fay])
    assert analysis.flagged("used") == [("fay", "used np.pad")]
