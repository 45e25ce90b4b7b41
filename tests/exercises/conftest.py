"""The exercises, read once; what they are graded by is proved by `cnncourse exercises check`."""

from __future__ import annotations

import pytest

from cnncourse.authoring.source import Exercise, read_exercises
from cnncourse.cli import ROOT


@pytest.fixture(scope="session")
def exercises() -> dict[str, Exercise]:
    return {exercise.name: exercise for exercise in read_exercises(ROOT / "exercises")}
