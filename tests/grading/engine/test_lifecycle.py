"""Nothing survives a grader, and nothing runs where there is no sandbox."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from cnncourse.authoring.build import fill_in
from cnncourse.errors import ArgumentError, CourseError
from cnncourse.grading.engine import Bundle, Grader, grade, watch
from cnncourse.grading.engine import bundle as bundle_module

LOOPS = """
import sys, nbformat
from cnncourse.grading.engine import Bundle, Grader
bundle = Bundle.from_bytes(open(sys.argv[1], "rb").read())
grader = Grader(bundle).__enter__()
print("ready", flush=True)
grader.grade(open(sys.argv[2], "rb").read())
"""
WITHOUT = """
import sys
from cnncourse.grading.engine import Bundle, Grader, filters, kernel
bundle = Bundle.from_bytes(open(sys.argv[1], "rb").read())
kernel.prctl(38, 1)
step, unshare = filters._step, kernel.number("unshare")  # refused from here on, as in a container
kernel.filter_calls(
    step(0x20, 0) + step(0x15, unshare, 0, 1) + step(0x06, 0x50001) + step(0x06, 0x7FFF0000)
)
try:
    Grader(bundle).__enter__()
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.fixture(scope="module")
def bundle(exercise):
    return Bundle.from_exercise(exercise)


@pytest.fixture
def paths(bundle, exercise, tmp_path):
    answers = {**exercise.answers, "double": "import os\nos.fork()\nwhile True: pass"}
    (tmp_path / "bundle").write_bytes(bundle.to_bytes())
    (tmp_path / "n.ipynb").write_text(nbformat.writes(fill_in(bundle.release, answers)))
    return [str(tmp_path / "bundle"), str(tmp_path / "n.ipynb")]


def right(bundle, exercise):
    return nbformat.writes(fill_in(bundle.release, exercise.answers)).encode()


def is_alive(pid):
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


@pytest.mark.parametrize("victim", ["grader", "warm process"])
def test_all_die_with_whoever_holds_the_grader(paths, victim):
    holder = subprocess.Popen([sys.executable, "-c", LOOPS, *paths], stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout.readline() == b"ready\n"
        deadline = time.monotonic() + 60
        while len(family := watch.family(holder.pid)) < 5 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(family) >= 5  # holder, warm process, checker, guard, student
        os.kill(family[0] if victim == "grader" else family[1], signal.SIGKILL)
        while any(map(is_alive, family[1:])) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(is_alive, family[1:]))
        holder.kill()


def test_where_there_is_no_sandbox_nothing_runs(paths):
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT, *paths], capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith("SetupError no sandbox: ")
    assert "or give --sandbox=none" in said


def test_a_killed_warm_process_is_started_again(bundle, exercise):
    with Grader(bundle) as grader:
        grader._warm.kill()
        with pytest.raises(CourseError, match="gave no answer"):
            grader.grade(right(bundle, exercise))
        assert grader.grade(right(bundle, exercise)).score == 6


def test_without_a_sandbox_every_result_says_so(bundle, exercise):
    result = grade(right(bundle, exercise), bundle, sandbox="none")
    assert result.score == 6
    assert result.flags[0].startswith("no sandbox")
    with pytest.raises(ArgumentError, match="sandbox: expected one of auto, none, got maybe"):
        Grader(bundle, sandbox="maybe")


def test_parts_are_graded_alone_and_keyed_apart(bundle, exercise):
    with Grader(bundle) as grader:
        result = grader.grade(right(bundle, exercise), parts=["test_double"])
        with pytest.raises(ArgumentError, match="parts: expected some of"):
            grader.grade(right(bundle, exercise), parts=["nothing"])
    assert [p.grade_id for p in result.parts if not p.manual] == ["test_double"]
    changed = Bundle.from_bytes(bundle.to_bytes())
    changed.tests["test_evens"] += "\nassert evens(3)"
    assert changed.key != bundle.key
    assert rerun(bundle, changed) == {"test_evens"}


def rerun(bundle, changed):
    """Name the parts that are run again for another bundle."""
    return {name for name in bundle.tests if bundle.part_key(name) != changed.part_key(name)}


@pytest.mark.parametrize(
    ("kind", "after", "again"),
    [
        ("markdown", "test_double", set()),  # prose
        ("code", "double", {"test_double", "test_evens"}),  # runs before both
        ("code", "test_double", {"test_evens"}),  # runs when the first part is over
        ("code", "test_evens", set()),
    ],
)
def test_another_cell_runs_again_the_parts_below_it_alone(bundle, kind, after, again):
    changed = Bundle.from_bytes(bundle.to_bytes())
    cells = changed.release.cells
    place = [c.metadata.get("nbgrader", {}).get("grade_id") for c in cells].index(after)
    new = {"code": new_code_cell, "markdown": new_markdown_cell}[kind]("print(2)", id="new")
    cells.insert(place + 1, new)
    assert rerun(bundle, changed) == again


def test_another_engine_runs_everything_again(bundle, monkeypatch):
    before = {name: bundle.part_key(name) for name in bundle.tests}
    monkeypatch.setattr(bundle_module, "engine_edition", lambda: "another")
    assert all(bundle.part_key(name) != key for name, key in before.items())
