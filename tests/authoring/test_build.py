from __future__ import annotations

import dataclasses
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from cnncourse.authoring.build import (
    build_exercise,
    build_exercises,
    fill_in,
    points_table,
    release_notebook,
    write_atomically,
)
from cnncourse.authoring.source import Exercise, read_exercise
from cnncourse.errors import ArgumentError, SourceError


@pytest.fixture
def exercise(write: Callable[..., Path]) -> Exercise:
    return read_exercise(write())


def test_two_builds_are_byte_identical(exercise: Exercise, tmp_path: Path) -> None:
    for out in ("one", "two"):
        build_exercises([exercise], tmp_path / out)
    first, second = (
        {p.relative_to(tmp_path / out): p.read_bytes() for p in (tmp_path / out).rglob("*.*")}
        for out in ("one", "two")
    )
    assert first == second
    assert sorted(map(str, first)) == [
        "points.md",
        "release/01_doubling/01_doubling.ipynb",
        "solution/01_doubling/01_doubling.ipynb",
        "source/01_doubling/01_doubling.ipynb",
    ]


def test_what_each_notebook_holds(exercise: Exercise, tmp_path: Path) -> None:
    built = build_exercise(exercise, tmp_path)
    source, release, solution = (
        path.read_text() for path in (built.source, built.release, built.solution)
    )
    holds = {
        "secret = number + number": (True, False, True),
        "Because it is so.": (True, False, True),
        "assert double(-7) == -14": (True, False, False),
        "assert double(2) == 4": (True, True, True),
        "YOUR CODE HERE\\n": (False, True, False),
        "YOUR ANSWER HERE": (False, True, False),
        "BEGIN": (True, False, False),
        "END": (True, False, False),
    }
    for text, where in holds.items():
        assert (text in source, text in release, text in solution) == where, text


def test_notebooks_are_valid_and_know_no_machine(exercise: Exercise, tmp_path: Path) -> None:
    built = build_exercise(exercise, tmp_path)
    for path in (built.source, built.release, built.solution):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        assert notebook.metadata == exercise.notebook.metadata
        assert [cell.id for cell in notebook.cells] == [c.id for c in exercise.notebook.cells]
        for cell in notebook.cells:
            assert not cell.get("outputs")


def test_test_cells_are_locked_for_students(exercise: Exercise) -> None:
    cells = {cell.id: cell for cell in release_notebook(exercise).cells}
    assert cells["test_double"].metadata.editable is False
    assert cells["double"].metadata.deletable is False
    assert "editable" not in cells["double"].metadata


def test_release_is_quiet_and_stays_where_it_is(
    exercise: Exercise, capfd: pytest.CaptureFixture[str]
) -> None:
    here = Path.cwd()
    release_notebook(exercise)
    assert Path.cwd() == here
    assert capfd.readouterr() == ("", "")


def test_what_nbgrader_refuses_is_an_error_that_says_why(exercise: Exercise) -> None:
    notebook = deepcopy(exercise.notebook)
    notebook.cells[-1].metadata.nbgrader.grade_id = "double"
    with pytest.raises(SourceError, match=r"(?s)exercise\.py: nbgrader refuses it.*Duplicate"):
        release_notebook(dataclasses.replace(exercise, notebook=notebook))


def test_points_table(exercise: Exercise) -> None:
    assert points_table(exercise).splitlines()[-4:] == [
        "|---:|---|---|---|---:|",
        "| 1 | Twice | `test_double` | tests | 2 |",
        "| 2 | Why | `why` | hand | 1.5 |",
        "| | **Total** | | | **3.5** |",
    ]


def test_fill_in(exercise: Exercise) -> None:
    release = release_notebook(exercise)
    untouched = deepcopy(release)
    filled = fill_in(release, {"double": "def double(x): ..."})
    assert release == untouched
    changed = [new.id for new, old in zip(filled.cells, release.cells, strict=True) if new != old]
    assert changed == ["double"]
    assert filled.cells[3].source == "def double(x): ..."


@pytest.mark.parametrize("grade_id", ["test_double", "triple"])
def test_fill_in_only_what_students_fill(exercise: Exercise, grade_id: str) -> None:
    with pytest.raises(ArgumentError, match="answers: expected ids among double, why"):
        fill_in(exercise.notebook, {grade_id: "pass"})


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.txt"
    write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "half of it \ud800")
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_with_the_same_text_is_left_alone(tmp_path: Path) -> None:
    """Whoever depends on its time, such as a page of the book, has nothing to do again."""
    path = tmp_path / "text"
    write_atomically(path, "one\n")
    before = path.stat()
    write_atomically(path, "one\n")
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    write_atomically(path, "two\n")
    assert path.read_text() == "two\n"
