from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.nbgraderformat import MetadataValidator

from cnncourse.authoring.build import release_notebook
from cnncourse.authoring.source import (
    Exercise,
    PartSpec,
    read_exercise,
    read_exercises,
    read_misconceptions,
    read_variants,
)
from cnncourse.errors import SourceError
from cnncourse.grading.operations.register import gpu_parts

Write = Callable[..., Path]


@pytest.fixture
def exercise(write: Write) -> Exercise:
    return read_exercise(write())


def test_header(exercise: Exercise, tmp_path: Path) -> None:
    assert exercise.name == "01_doubling"
    assert exercise.folder == tmp_path / "01_doubling"
    assert exercise.title == "Doubling"
    assert exercise.chapter == "book/01_doubling/index.md"
    assert (exercise.minutes, exercise.seconds_per_cell) == (5, 10)
    assert exercise.summary == "Twice as much."
    assert exercise.may_not_call == ("np.multiply",)


def test_parts(exercise: Exercise) -> None:
    assert exercise.parts == (
        PartSpec("test_double", 2, manual=False, title="Twice"),
        PartSpec("why", 1.5, manual=True, title="Why"),
    )


def test_answers_are_without_marks(exercise: Exercise) -> None:
    assert exercise.answers == {
        "double": 'def double(number):\n    """Double it."""\n'
        "    secret = number + number\n    return secret",
        "why": "Because it is so.",
    }


def test_cells_carry_nbgraders_metadata(exercise: Exercise) -> None:
    MetadataValidator().validate_nb(exercise.notebook)
    found = {c.id: c.metadata.nbgrader for c in exercise.notebook.cells if c.metadata}
    common = {"schema_version": 3, "task": False}
    assert found == {
        "double": {
            "grade_id": "double", "grade": False, "solution": True, "locked": False, **common,
        },
        "test_double": {
            "grade_id": "test_double", "grade": True, "solution": False, "locked": True,
            "points": 2, **common,
        },
        "why": {
            "grade_id": "why", "grade": True, "solution": True, "locked": False,
            "points": 1.5, **common,
        },
    }  # fmt: skip


def test_notebook_depends_on_nothing_but_the_source(write: Write) -> None:
    first, second = read_exercise(write()).notebook, read_exercise(write()).notebook
    assert first == second
    assert first.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    ids = [cell.id for cell in first.cells]
    assert len(set(ids)) == len(ids)


def test_opening_says_what_students_need(exercise: Exercise) -> None:
    opening = exercise.notebook.cells[0].source
    for words in (
        "# Doubling", "Twice as much.", "5 minutes", "3.5 points", "1.5 of them graded by hand",
        "cnncourse check 01_doubling.ipynb", "do not call `np.multiply`",
    ):  # fmt: skip
        assert words in opening


def test_nothing_forbidden_nothing_said(write: Write) -> None:
    exercise = read_exercise(write(("[np.multiply]", "[]")))
    assert "not call" not in exercise.notebook.cells[0].source


BAD_EXERCISES = {
    "no header": ("# ---\n# title: Doubling\n", "# title: Doubling\n", "YAML header"),
    "header without keys": ("# title: Doubling\n", "# - Doubling\n", "header"),
    "header is not YAML": ("# minutes: 5", "# minutes: {5", "not YAML"),
    "missing key": ("# minutes: 5\n", "", "missing key 'minutes', expected a whole number"),
    "unknown key": ("# minutes: 5", "# minutes: 5\n# colour: red", "unknown key 'colour'"),
    "empty title": ("title: Doubling", 'title: ""', "title: expected some text"),
    "wrong type": ("minutes: 5", "minutes: soon", "minutes: expected a whole number"),
    "forbidden is no list": ("[np.multiply]", "np.multiply", "may_not_call: expected a list"),
    "no points": ('"test_double" points=2', '"test_double"', "'test_double': expected points"),
    "points are text": ("points=2", 'points="2"', "'test_double': expected points"),
    "no positive points": ("points=2", "points=0", "'test_double': expected points above 0"),
    "written without points": (" points=1.5", "", "'why': expected points"),
    "id used twice": ('tests="test_double"', 'tests="double"', "'double': this id is used twice"),
    "id with a space": ('solution="double"', 'solution="a b"', "letters, digits"),
    "unknown marker": ('tests="test_double"', 'test="test_double"', "cell option 'test': unknown"),
    "points for a solution": ('solution="double"', 'solution="double" points=2', "earns no points"),
    "two markers": ('solution="double"', 'solution="double" tests="t"', "expected one marker"),
    "solution not closed": ("    ### END SOLUTION\n", "", "'double': expected each line"),
    "solution not opened": ("    ### BEGIN SOLUTION\n", "", "'double': expected each line"),
    "hidden tests not closed": ("### END HIDDEN TESTS\n", "", "'test_double': expected each line"),
    "marks with a typo": ("### END HIDDEN TESTS", "## END HIDDEN TESTS", "'test_double'"),
    "mark inside a line": ("return secret\n", "return 1  ### BEGIN SOLUTION\n", "'double'"),
    "solution in a tests cell": (
        '"twice two"\n', '"twice two"\n### BEGIN SOLUTION\n### END SOLUTION\n', "'test_double'"
    ),
    "no solution block": (
        "    ### BEGIN SOLUTION\n    secret = number + number\n"
        "    return secret\n    ### END SOLUTION\n",
        "    return 0\n",
        "'double': expected a block ### BEGIN SOLUTION",
    ),
    "answer in a plain cell": ('# %% solution="double"', "# %%", "without a marker"),
    "hidden tests in a plain cell": ('# %% tests="test_double" points=2', "# %%", "without a"),
    "written in code": ('[markdown] written="why"', 'written="why"', "expects a markdown cell"),
    "tests in markdown": ('tests="test_double"', '[markdown] tests="test_double"', "a code cell"),
    "two parts under one heading": ("## Part 2. Why", "Why", "stand under one heading, 'Twice'"),
    "no heading": ("## Part 1. Twice", "Twice", "'test_double': expected a heading"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), BAD_EXERCISES.values(), ids=BAD_EXERCISES)
def test_bad_exercise(write: Write, old: str, new: str, words: str) -> None:
    folder = write((old, new))
    with pytest.raises(SourceError, match=re.escape(words)) as error:
        read_exercise(folder)
    assert str(error.value).startswith(str(folder / "exercise.py"))


def test_exercise_without_graded_cells(write: Write) -> None:
    folder = write()
    file = folder / "exercise.py"
    file.write_text(file.read_text().split("# %% solution")[0])
    with pytest.raises(SourceError, match="at least one graded cell"):
        read_exercise(folder)


def test_exercise_in_another_encoding(write: Write) -> None:
    file = write() / "exercise.py"
    file.write_bytes("# ---\n# title: Größe\n# ---\n".encode("latin-1"))
    with pytest.raises(SourceError, match=r"exercise\.py: expected text in UTF-8"):
        read_exercise(file.parent)


def test_name_that_nbgrader_could_not_use(write: Write, tmp_path: Path) -> None:
    folder = write().rename(tmp_path / "01 doubling")
    with pytest.raises(SourceError, match="01 doubling: expected a folder's name of"):
        read_exercise(folder)


def test_the_folder_one_stands_in(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write())
    assert read_exercise(Path()).name == "01_doubling"


def test_folder_without_exercise(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_exercise(tmp_path)
    with pytest.raises(SourceError, match=r"at least one folder with an exercise\.py"):
        read_exercises(tmp_path)


def test_exercises_come_in_order(write: Write, tmp_path: Path) -> None:
    folder = write()
    folder.rename(tmp_path / "02_later")
    write()
    (tmp_path / "notes").mkdir()
    assert [e.name for e in read_exercises(tmp_path)] == ["01_doubling", "02_later"]


def test_misconception(exercise: Exercise) -> None:
    [wrong] = read_misconceptions(exercise)
    assert wrong.name == "squares"
    assert wrong.sentence == "Twice is the square."
    assert wrong.loses == {"test_double": 2}
    assert wrong.says == {"test_double": ["negative"]}
    assert wrong.answers == {"double": "def double(number):\n    return number**2"}


def test_no_misconceptions(exercise: Exercise) -> None:
    (exercise.folder / "wrong" / "squares.py").unlink()
    assert read_misconceptions(exercise) == []


RIGHT = '''\
# ---
# how: A shift.
# ---

# %% solution="double"
def double(number):
    return number << 1
'''


def test_variants(exercise: Exercise) -> None:
    assert read_variants(exercise) == []
    file = exercise.folder / "right" / "shifts.py"
    file.parent.mkdir()
    file.write_text(RIGHT)
    [variant] = read_variants(exercise)
    assert (variant.name, variant.how) == ("shifts", "A shift.")
    assert variant.answers == {"double": "def double(number):\n    return number << 1"}
    file.write_text(RIGHT.replace("how", "why"))
    with pytest.raises(SourceError, match="unknown key 'why'; known: how"):
        read_variants(exercise)


BAD_MISCONCEPTIONS = {
    "no sentence": ("# misconception: Twice is the square.\n", "", "missing key 'misconception'"),
    "loses nothing": ("loses:\n#   test_double: 2", "loses: {}", "loses: expected points above 0"),
    "unknown part": (
        "loses:\n#   test_double: 2", "loses: {test_triple: 2}", "no tests cell 'test_triple'"
    ),
    "part graded by hand": ("#   test_double: 2", "#   why: 1", "no tests cell 'why'"),
    "more than there is": ("test_double: 2", "test_double: 3", "at most 2 points, got 3"),
    "words for another part": ("test_double: [", "why: [", "words for each grade_id in loses"),
    "words are no list": ("[negative]", "negative", "says: expected a list of words"),
    "unknown cell": ('solution="double"', 'solution="triple"', "no solution cell 'triple'"),
    "a plain cell": ('# %% solution="double"', "# %%", "only cells marked solution"),
    "no cell": (
        '# %% solution="double"\ndef double(number):\n    return number**2\n', "", "at least one"
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "words"), BAD_MISCONCEPTIONS.values(), ids=BAD_MISCONCEPTIONS
)
def test_bad_misconception(write: Write, old: str, new: str, words: str) -> None:
    exercise = read_exercise(write(wrong=(old, new)))
    with pytest.raises(SourceError, match=re.escape(words)) as error:
        read_misconceptions(exercise)
    assert str(error.value).startswith(str(exercise.folder / "wrong" / "squares.py"))


def test_tests_that_need_a_gpu_are_tagged_through_to_the_release(write: Write) -> None:
    exercise = read_exercise(write(('points=2\n', 'points=2 gpu=true\n')))
    assert [cell.id for cell in exercise.notebook.cells if cell.metadata.get("tags")] == [
        "test_double"
    ]
    assert gpu_parts(release_notebook(exercise)) == {"test_double"}


def test_only_tests_need_a_gpu(write: Write) -> None:
    for mark in ('solution="double" gpu=true', 'solution="double" gpu="yes"'):
        with pytest.raises(SourceError, match="gpu=true is for a tests cell"):
            read_exercise(write(('solution="double"', mark)))
