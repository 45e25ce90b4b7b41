"""A warm grader with tight limits, something worth stealing, and the cases of this folder."""

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
import pytest
import yaml

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import read_exercise
from cnncourse.grading.engine import Bundle, Grader, watch
from cnncourse.grading.engine.bundle import Limits

HERE = Path(__file__).parent
TOKENS = tuple(f"TOKEN_{name}" for name in ("HIDDEN", "SECRET", "ANSWER", "GRADES", "OTHER", "ENV"))

# what an attacker hands in beside the attack: wrong, but not for the tests that can be seen
WRONG = {
    "double": "def double(number):\n    return number + 2",
    "scale": "def scale(array, factor):\n    return array + array",
    "evens": "def evens(stop):\n    return list(range(0, stop, 2))",
}
FULL = {"test_double": 2.0, "test_scale": 3.0, "test_evens": 4.0}
EARNED = {"test_double": 0.0, "test_scale": 0.0, "test_evens": 4.0}
LIMITS = Limits(
    seconds_per_cell=1, seconds_per_submission=25, memory=200 << 20, processes=24, disk=32 << 20,
    message=8 << 20, output=20_000,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One submission, the score it must get and what must be said of it."""

    name: str
    code: str
    cell: str = "double"
    alone: bool = False  # the code is the whole cell, nothing wrong stands before it
    right: bool = False  # everything else is right
    expect: dict = field(default_factory=dict)
    flags: tuple = ()
    says: dict = field(default_factory=dict)
    shows: str = ""

    def answers(self, solution):
        base = solution if self.right else WRONG
        code = self.code if self.alone else f"{base[self.cell]}\n\n{self.code}"
        return {**base, self.cell: code}

    def scores(self):
        return {**(FULL if self.right else EARNED), **self.expect}


def read_cases():
    """Read `cases/GROUP.txt`: a case begins with `# %% name {options}`."""
    for file in sorted((HERE / "cases").glob("*.txt")):
        for text in file.read_text().split("\n# %% ")[1:]:
            title, _, code = text.partition("\n")
            name, options = re.fullmatch(r"([^{]+?)\s*(\{.*\})?", title.strip()).groups()
            name = f"{file.stem}: {name}"
            yield Case(name, code.strip("\n"), **yaml.safe_load(options or "{}"))


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        cases = list(read_cases())
        metafunc.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture(scope="session")
def target():
    return read_exercise(HERE / "target" / "01_target")


@pytest.fixture(scope="session")
def bundle(target):
    return replace(Bundle.from_exercise(target), limits=LIMITS)


@pytest.fixture(scope="session")
def treasure(tmp_path_factory):
    """A course with a gradebook and another student's work, which everyone may read and write."""
    course = tmp_path_factory.mktemp("course")
    (course / "gradebook.db").write_text("TOKEN_GRADES")
    (course / "submitted" / "other").mkdir(parents=True)
    (course / "submitted" / "other" / "01_target.ipynb").write_text("TOKEN_OTHER")
    for path in (course, *course.rglob("*"), *course.parents[:1]):
        path.chmod(0o777)
    return course


def contents(folder):
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="session")
def grader(bundle, treasure):
    before = os.environ.get("TOKEN_ENV")
    os.environ["TOKEN_ENV"] = "TOKEN_ENV"
    with Grader(bundle) as grader:
        yield grader
    os.environ.pop("TOKEN_ENV") if before is None else None


@pytest.fixture
def judged(grader, bundle, treasure):
    """Grade a notebook; whatever it is, it leaves no trace and tells no secret."""
    before = contents(treasure)

    def judged(data, **options):
        if not isinstance(data, bytes):
            data = nbformat.writes(data).encode()
        result = grader.grade(data, student="mallory", seed=b"key", **options)
        handed_in = data.decode("utf-8", "replace")
        outputs = [
            str(cell.get("outputs"))
            for cell in (nbformat.reads(result.notebook, 4).cells if result.notebook else [])
        ]
        told = "\n".join([*outputs, *(part.message for part in result.parts), *result.flags])
        leaked = [token for token in TOKENS if token in told and f"print('{token}" not in handed_in]
        assert not leaked, f"{leaked} leaked: {told[:2000]}"
        assert contents(treasure) == before, "the course was changed"
        assert watch.family(grader._warm.pid) == [grader._warm.pid], "a process is left"
        return result

    return judged


@pytest.fixture
def wrong():
    return WRONG


@pytest.fixture
def hand_in(bundle):
    """Fill in the released notebook."""
    return lambda answers: fill_in(bundle.release, answers)
