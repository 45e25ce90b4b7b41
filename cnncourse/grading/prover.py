"""Many small proofs about one notebook, quickly.

The notebook's cells are run once, with the reference answers. A claim (other answers, another seed)
is a fork of the process as it was before the first cell that the claim changes; in it only
the changed cells run, the tests that depend on them, and the cells that these need
(`cnncourse.grading.slices` says which). So a claim costs what its tests cost, and a few
milliseconds.

Tests and answers run in one process here, with all rights: this is for an author's own code. What a
class will see, tests and answers in two processes, is for `cnncourse.grading.proof` to hold.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import io
import json
import os
import random
import re
import resource
import select
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnncourse.errors import CourseError
from cnncourse.grading.engine import names
from cnncourse.grading.engine.checker import evaluate, failure, shown, start_chance, stream
from cnncourse.grading.results import KERNEL_DIED, TIME_LIMIT, judge
from cnncourse.grading.slices import ANSWER, TESTS, Cell, changed_cells, needed, touched

_MEMORY = 8 << 30  # bytes
_WAITING = 5, 30.0  # a claim may take so many times its CPU time on the clock, and so much more

Write = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Claim:
    """Answers, and what of them is to be tried.

    Parameters
    ----------
    name : str
    answers : dict of str to str
        Sources that differ from the reference, by the ids of their cells.
    tests : tuple of str, optional
        Ids of the tests cells to run; by default those that depend on the answers, and all of them
        where no answer differs.
    seed : int, optional
        Number of a student: random numbers are others for each; by default they are those of a
        notebook outside the grader.
    until_lost : bool
        Stop at the first tests cell that does not earn all its points.
    seconds : float
        CPU time.
    """

    name: str
    answers: dict[str, str] = field(default_factory=dict)
    tests: tuple[str, ...] | None = None
    seed: int | None = None
    until_lost: bool = False
    seconds: float = 60.0


@dataclass(frozen=True)
class Shown:
    """What a tests cell showed.

    Parameters
    ----------
    score : float
    message : str
        Empty where all points were earned.
    seconds : float
        CPU time.
    chance : bool
        Whether it may show something else with another seed.
    """

    score: float
    message: str
    seconds: float = field(compare=False)
    chance: bool = field(compare=False)


Outcome = dict[str, Shown]


def prove(cells: Sequence[Cell], claims: Sequence[Claim]) -> dict[str, Outcome]:
    """Try claims about a notebook.

    Parameters
    ----------
    cells : sequence of Cell
        Its code, with the reference answers and all tests.
    claims : sequence of Claim
        Each of a name of its own.

    Returns
    -------
    dict of str to dict of str to Shown
        For each claim what its tests cells showed.

    Raises
    ------
    CourseError
        If the reference itself does not come to its end.

    Examples
    --------
    >>> cells = [Cell("f", ANSWER, "def f(): return 1"), Cell("t", TESTS, "assert f() == 1", 2.0)]
    >>> found = prove(cells, [Claim("two", {"f": "def f(): return 2"}), Claim("one")])
    >>> found["two"]["t"].score, found["one"]["t"].score
    (0.0, 2.0)
    """
    _import_what_is_needed(cells)
    text, _ = _forked(lambda write: _host(cells, claims, write))
    points = {cell.id: cell.points for cell in cells if cell.kind == TESTS}
    found: dict[str, Outcome] = {}
    for message in _lines(text):
        found[message["claim"]] = {
            key: _judged(one, points[key]) for key, one in message["tests"].items()
        }
    if missing := {claim.name for claim in claims} - found.keys():
        raise CourseError(f"a cell ended the process before {min(missing)!r} could be tried")
    return found


def _judged(one: dict[str, Any], points: float) -> Shown:
    """Turn outputs into points and a message, as the grader does."""
    from nbformat import from_dict

    cell = from_dict({"metadata": {"nbgrader": {"points": points}}, "outputs": one["outputs"]})
    verdict = judge(cell)
    return Shown(verdict.score, verdict.message, one["seconds"], one["chance"])


# ---------------------------------------------------------------------------------------
# the host: the reference, cell by cell


@dataclass(frozen=True)
class _Plan:
    """What a claim's process does."""

    claim: Claim
    cells: tuple[Cell, ...]
    start: int
    run: tuple[int, ...]
    wanted: frozenset[int]


def _host(cells: Sequence[Cell], claims: Sequence[Claim], write: Write) -> None:
    """Run what answers and tests need; before each cell, try the claims that begin there."""
    _be_quiet()
    goals = [n for n, cell in enumerate(cells) if cell.kind in (ANSWER, TESTS)]
    background = {n for n in needed(cells, goals) if cells[n].kind != TESTS}
    plans = [_plan(cells, background, claim) for claim in claims]
    space: dict[str, Any] = {"__name__": "__main__"}
    for n, cell in enumerate(cells):
        for plan in plans:
            if plan.start == n:
                write({"claim": plan.claim.name, "tests": _try(plan, space)})
        if n in background:
            _run(cell, space, None)


def _plan(cells: Sequence[Cell], background: set[int], claim: Claim) -> _Plan:
    after = changed_cells(cells, claim.answers)
    tests = frozenset(n for n, cell in enumerate(cells) if cell.kind == TESTS)
    changed = frozenset(n for n, pair in enumerate(zip(cells, after, strict=True))
                        if pair[0] != pair[1])  # fmt: skip
    wanted = tests & touched(cells, after) if changed else tests
    if claim.tests is not None:
        wanted = frozenset(n for n in tests if cells[n].id in claim.tests)
    start = min(changed | wanted, default=0)
    run = sorted(n for n in needed(after, wanted)
                 if n >= start or n not in background)  # fmt: skip
    return _Plan(claim, after, start, tuple(run), wanted)


def _try(plan: _Plan, space: dict[str, Any]) -> dict[str, Any]:
    """Let a fork of this process do what a plan says; note where it ended before its time."""
    limit = plan.claim.seconds
    text, how = _forked(lambda write: _follow(plan, space, write), limit)
    found = {line["test"]: line for line in _lines(text)}
    if how:
        for n in sorted(plan.wanted):
            if (key := plan.cells[n].id) not in found:
                found[key] = {"outputs": [_stopped(how, limit)], "seconds": limit, "chance": False}
                break
    return found


def _stopped(how: int, limit: float) -> dict[str, Any]:
    late = how in (signal.SIGPROF, signal.SIGKILL)
    words = f"Stopped: it ran longer than {limit:g} seconds." if late else "The process died."
    name = TIME_LIMIT if late else KERNEL_DIED
    return {"output_type": "error", "ename": name, "evalue": words, "traceback": []}


def _follow(plan: _Plan, space: dict[str, Any], write: Write) -> None:
    signal.setitimer(signal.ITIMER_PROF, plan.claim.seconds)
    for n in plan.run:
        cell = plan.cells[n]
        if cell.kind != TESTS:
            _run(cell, space, plan.claim.seed)
            continue
        found = _test(cell, space, plan.claim.seed)
        if n in plan.wanted:
            write(found)
            if plan.claim.until_lost and _judged(found, cell.points).score < cell.points:
                return


# ---------------------------------------------------------------------------------------
# cells


def _run(cell: Cell, space: dict[str, Any], seed: int | None) -> None:
    """Run a cell that is no tests cell; like a notebook, go on where it fails."""
    start_chance(_number(seed, cell))
    with contextlib.suppress(Exception, SystemExit):
        exec(compile(names.plain(cell.source), f"<cell {cell.id}>", "exec"), space)


def _test(cell: Cell, space: dict[str, Any], seed: int | None) -> dict[str, Any]:
    start_chance(_number(seed, cell))
    before, began = _chance(), time.process_time()
    printed, outputs = io.StringIO(), []
    with contextlib.redirect_stdout(printed):
        try:
            outputs = shown(evaluate(cell.source, f"<test {cell.id}>", space))
        except (Exception, SystemExit) as error:
            outputs = failure(error)
    if printed.getvalue():
        outputs = [stream(printed.getvalue()), *outputs]
    seconds = time.process_time() - began
    chance = bool(re.search(r"\bseed\b", cell.source)) or _chance() != before
    return {"test": cell.id, "outputs": outputs, "seconds": seconds, "chance": chance}


def _number(seed: int | None, cell: Cell) -> int:
    return 0 if seed is None else random.Random(f"{seed} {cell.id}").getrandbits(32)


def _chance() -> tuple[object, ...]:
    """Say where the random numbers stand that all code shares."""
    numpy = np.random.get_state(legacy=False)["state"]
    states: list[object] = [random.getstate(), numpy["key"].tobytes(), numpy["pos"]]
    if torch := sys.modules.get("torch"):
        states.append(torch.get_rng_state().numpy().tobytes())
    return tuple(states)


def _be_quiet() -> None:
    """Let nothing of a notebook reach the terminal, and give it what IPython gives it."""
    warnings.simplefilter("ignore")
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    builtins.display = lambda *_, **__: None  # type: ignore[attr-defined]


def _import_what_is_needed(cells: Sequence[Cell]) -> None:
    """Import modules before anything is forked, so that the forks share them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names.imports(cell.source for cell in cells):
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        if any("optim" in cell.source for cell in cells) and "torch" in sys.modules:
            importlib.import_module("torch._dynamo")  # the first optimizer needs it: two seconds
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    gc.collect()


# ---------------------------------------------------------------------------------------
# processes


def _forked(child: Callable[[Write], None], seconds: float | None = None) -> tuple[str, int]:
    """Run a function in a fork; what it wrote, a JSON line each time, and the signal it ended by.

    Parameters
    ----------
    child : callable
        Called with a function that writes.
    seconds : float, optional
        Of CPU time that it gives itself; on the clock it is given more.
    """
    reading, writing = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        _child(child, reading, writing)
    os.close(writing)
    times, more = _WAITING
    ends = None if seconds is None else time.monotonic() + times * seconds + more
    got = bytearray()
    try:
        for piece in _pieces(reading, ends):
            got += piece
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    finally:
        os.close(reading)
    status = os.waitpid(pid, 0)[1]
    how = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return got.decode(), how


def _child(child: Callable[[Write], None], reading: int, writing: int) -> None:
    """Be the fork, and end."""
    status = 255
    try:
        os.close(reading)
        gc.freeze()
        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, resource.RLIM_INFINITY))
        with os.fdopen(writing, "w") as file:

            def write(message: dict[str, Any]) -> None:
                file.write(json.dumps(message) + "\n")
                file.flush()

            try:
                child(write)
                status = 0
            except Exception:
                write({"broken": traceback.format_exc()})
    finally:
        os._exit(status)


def _lines(text: str) -> Iterator[dict[str, Any]]:
    """Read what a fork wrote."""
    for line in text.splitlines():
        message = json.loads(line)
        if "broken" in message:
            raise RuntimeError(message["broken"])
        yield message


def _pieces(reading: int, ends: float | None) -> Iterator[bytes]:
    """Read a pipe to its end; raise TimeoutError where that does not come in time."""
    while True:
        left = None if ends is None else max(0.0, ends - time.monotonic())
        if not select.select([reading], [], [], left)[0]:
            raise TimeoutError
        if not (piece := os.read(reading, 1 << 16)):
            return
        yield piece
