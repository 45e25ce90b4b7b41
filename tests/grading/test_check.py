import shutil

import nbformat
import pytest

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import read_exercise
from cnncourse.errors import SubmissionError
from cnncourse.grading.annotate import release_of
from cnncourse.grading.check import check_notebook
from cnncourse.grading.engine import Bundle, Grader
from cnncourse.grading.results import FAILED, PARTIAL, USED

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


def test_the_verdicts_are_those_of_the_validate_button(root, exercise, release, tmp_path):
    """nbgrader runs the notebook in a kernel; a failed part, a partial one, one without answer."""
    from validate import differences

    answers = {"double": "def double(number):\n    return number", "evens":
               "def evens(stop):\n    return list(range(2, stop, 2))"}  # fmt: skip
    notebook = fill_in(release, answers)
    path = write(tmp_path / "01_counting.ipynb", notebook)
    parts = check_notebook(path, root).parts
    assert [part.status for part in parts] == [FAILED, PARTIAL, FAILED]
    assert list(differences(path, root)) == []
    place = next(n for n, c in enumerate(notebook.cells) if c.id == "test_double")
    tests = notebook.cells[place]
    # the grader mends such a notebook; Validate only says that it was changed
    notebook.cells[place] = nbformat.v4.new_markdown_cell(tests.source, metadata=tests.metadata)
    write(path, notebook)
    assert any("type_changed" in line for line in differences(path, root))


FORBIDDEN = {
    "by attribute": ("import math\ndef double(number):\n    return math.fsum([number, number])",
                     "math.fsum in cell “double”"),
    "by another name": ("import math as m\ndef double(n):\n    return m.fsum([n, n])",
                        "math.fsum in cell “double”"),
    "from its module": ("from math import prod\ndef double(n):\n    return prod([n, 2])",
                        "math.prod in cell “double”"),
    "under an alias": ("from math import prod as p\ndef double(n):\n    return p([n, 2])",
                       "math.prod in cell “double”"),
    "by its name in text": ("import math\ndef double(n):\n    return getattr(math, 'prod')([n, 2])",
                            "math.prod in cell “double”"),
    "a whole module": ("import statistics\ndef double(n):\n    return statistics.fmean([n]) * 2",
                       "statistics in cell “double”"),
    "imported by a function": (
        "def double(n):\n    s = __import__('statistics')\n    return s.fmean([n]) * 2",
        "statistics in cell “double”"),
    "put together from pieces, seen when it runs": (
        "import math\ndef double(n):\n    return getattr(math, 'pr' + 'od')([n, 2])",
        "math.prod in cell “test_double”"),
}  # fmt: skip


@pytest.fixture(scope="module")
def forbidding(tmp_path_factory, exercise):
    """The exercise with calls that it forbids."""
    folder = tmp_path_factory.mktemp("exercises") / exercise.name
    shutil.copytree(exercise.folder, folder)
    source = (folder / "exercise.py").read_text()
    forbidden = "may_not_call: [math.fsum, math.prod, statistics]"
    (folder / "exercise.py").write_text(source.replace("may_not_call: []", forbidden))
    return read_exercise(folder)


def test_what_is_forbidden_is_said_plainly_in_every_disguise(forbidding):
    bundle = Bundle.from_exercise(forbidding)
    with Grader(bundle, sandbox="none") as grader:
        for kind, (answer, place) in FORBIDDEN.items():
            notebook = fill_in(bundle.release, {"double": answer})
            result = grader.grade(nbformat.writes(notebook).encode())
            said = [flag for flag in result.flags if flag.startswith(USED)]
            assert said, kind
            assert said[0] == f"used {place}, which this exercise asks not to call"
            assert result.parts[0].score == 2, kind


def test_a_student_is_told_before_handing_in(forbidding, tmp_path):
    notebook = fill_in(release_of(forbidding), {"double": FORBIDDEN["under an alias"][0]})
    path = write(tmp_path / "01_counting.ipynb", notebook)
    assert check_notebook(path, forbidding.folder.parent).flags[:1] == (
        "used math.prod in cell “double”, which this exercise asks not to call",
    )
