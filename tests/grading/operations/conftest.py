"""Classes for the tests of how jobs are carried; the stand-in judges, which is not the point."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from classroom import make_class
from standin import Grader

from cnncourse.grading import engine
from cnncourse.grading.course import Course


@pytest.fixture(scope="session")
def collected(tmp_path_factory) -> Course:
    """A class of nine whose submissions are collected."""
    return make_class(tmp_path_factory.mktemp("collected"), 9)


@pytest.fixture
def course(collected, tmp_path) -> Course:
    """A copy of the class, to change at will."""
    return Course(shutil.copytree(collected.folder, tmp_path / "course"))


@pytest.fixture
def graders(monkeypatch) -> list[tuple[str, tuple[str, ...]]]:
    """Put the stand-in into the engine's place; gives (student, parts) of all that it ran."""
    ran = []

    class Noting(Grader):
        def grade(self, notebook, *, student="", parts=None, **about):
            ran.append((student, tuple(parts)))
            return super().grade(notebook, student=student, parts=parts, **about)

    monkeypatch.setattr(engine, "Grader", Noting)
    return ran
