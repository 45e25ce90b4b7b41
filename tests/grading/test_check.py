import nbformat
import pytest

from cnncourse.authoring.build import fill_in
from cnncourse.errors import SubmissionError
from cnncourse.grading.check import check_notebook

ADDS = "def double(number):\n    return number + 2"


@pytest.fixture
def root(exercise):
    return exercise.folder.parent


def write(path, notebook):
    nbformat.write(notebook, path)
    return path


def test_only_visible_tests_are_run(root, exercise, release, tmp_path):
    """The hidden test of Part 1 would have caught it."""
    answers = {**exercise.answers, "double": ADDS, "explain": "They can be halved."}
    result = check_notebook(write(tmp_path / "01_counting.ipynb", fill_in(release, answers)), root)
    assert (result.score, result.max_score, result.pending) == (6, 6, 3)
    assert result.reason == "every test passed"


def test_a_failed_visible_test_says_what_the_grader_says(root, release, klass, tmp_path):
    result = check_notebook(write(tmp_path / "renamed.ipynb", release), root)
    assert result.score == 0
    graded = klass.results["blank"]
    assert [(p.status, p.message) for p in result.parts] == [
        (p.status, p.message) for p in graded.parts
    ]


def test_the_exercise_is_found_by_its_cells_alone(root, exercise, release, tmp_path):
    notebook = fill_in(release, exercise.answers)
    del notebook.metadata["cnncourse"]
    assert check_notebook(write(tmp_path / "renamed.ipynb", notebook), root).score == 6


def test_a_notebook_of_no_exercise_is_refused(root, tmp_path):
    path = write(tmp_path / "mine.ipynb", nbformat.v4.new_notebook())
    with pytest.raises(SubmissionError, match=r"mine\.ipynb: expected a notebook of one of the"):
        check_notebook(path, root)
    path.write_text("{")
    with pytest.raises(SubmissionError, match=r"mine\.ipynb: is not JSON"):
        check_notebook(path, root)
