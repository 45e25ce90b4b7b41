"""The sample class on the course's own exercise: real notebooks, the whole way."""

from pathlib import Path

import pytest

from cnncourse.authoring.source import read_exercise, read_misconceptions
from cnncourse.grading.sample import make_sample_class, sample_class

CONVOLUTION = Path(__file__).parents[2] / "exercises" / "02_convolution"

# The other misconceptions take the same way; `cnncourse exercises check` runs every one of them.
CHOSEN = ("right", "progress_bar", "deleted_test", "blank", "flipped_kernel", "kernel_dies",
          "not_json", "other_assignment", "no_notebook", "nothing_handed_in", "stranger")


@pytest.fixture(scope="module")
def submissions():
    return {s.student.id: s for s in sample_class(read_exercise(CONVOLUTION))}


def test_the_class_has_every_misconception(submissions):
    ideas = {idea.name for idea in read_misconceptions(read_exercise(CONVOLUTION))}
    assert len(ideas) >= 5
    assert ideas < submissions.keys()
    assert {*CHOSEN, "endless_loop"} <= submissions.keys()


def test_a_class_made_again_is_the_same_and_grades_nothing_twice(klass, course, exercise):
    """What `make course` does on its second run."""
    graded = course.folder.glob("autograded/*/*/*.ipynb")
    before = {path: path.stat().st_mtime_ns for path in graded}
    again = make_sample_class(course.folder, exercise)
    assert {result.student: result for result in again} == klass.results
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_the_convolution_class_scores_as_it_must(submissions, tmp_path):
    chosen = [submissions[name] for name in CHOSEN]
    results = make_sample_class(tmp_path / "class", read_exercise(CONVOLUTION), None, chosen)
    assert [result.student for result in results] == list(CHOSEN)
    problems = {
        result.student: found
        for result in results
        if (found := submissions[result.student].problems(result))
    }
    assert problems == {}
    assert results[0].score == results[0].max_score > results[0].manual_max > 0
