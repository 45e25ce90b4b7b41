"""The checker: it holds the tests of one submission, asks the student's process, and judges.

It is forked from the warm process, receives the job from the grader, and says at the end what each
cell showed. The meaning of what a test showed is decided by `cnncourse.grading.results.judge`.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import random
import signal
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from cnncourse.grading.engine import names, watch, wire
from cnncourse.grading.engine.standin import Desk, StandIn

ON_THE_CLOCK = 3  # a cell may take so many times its CPU time, for waiting and busy machines
LARGEST_JOB = 256 << 20  # bytes
_BETWEEN_LOOKS = 0.008  # seconds, at what a process uses
_PATIENCE = 30  # seconds, for a process to take in what it is sent
_PRINTED = 20_000  # characters that a test may print
_OUTPUTS = 16 << 20  # characters of one cell's outputs, pictures included

TIME_LIMIT, MEMORY_LIMIT, KERNEL_DIED, CELL_NOT_RUN = (
    "TimeLimit", "MemoryLimit", "KernelDied", "CellNotRun",
)  # fmt: skip
OWN_ERRORS = (TIME_LIMIT, MEMORY_LIMIT, KERNEL_DIED, CELL_NOT_RUN)


class GoneError(BaseException):
    """The student's process is lost; no `except Exception` of a test stops this."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name = name
        self.words = words


class RefusedError(Exception):
    """The sandbox could not be entered."""


def serve(job_socket: socket.socket, warm: socket.socket) -> None:
    """Check one submission and send the outcome."""
    job, _ = wire.receive(job_socket, LARGEST_JOB)
    try:
        outcome = Checker(warm, job).run()
    except RefusedError as refusal:
        outcome = {"refused": str(refusal)}
    except Exception:
        outcome = {"broken": traceback.format_exc(limit=-3)}
    wire.send(job_socket, outcome)


class Budget:
    """What one cell may still use.

    Parameters
    ----------
    seconds : float
        CPU time.
    memory : int
        Bytes.
    ends : float
        When the whole submission must be finished, in `time.monotonic()`.
    """

    def __init__(self, seconds: float, memory: int, ends: float) -> None:
        self.seconds = seconds
        self.memory = memory
        self.ends = ends
        self.began = time.monotonic()
        self.cpu: float | None = None  # of the process, when this began

    def check(self, used: watch.Usage) -> None:
        """Raise GoneError if there is nothing left."""
        if used.memory > self.memory:
            words = f"Stopped: it used more than {self.memory >> 20} MB of memory."
            raise GoneError(MEMORY_LIMIT, words)
        now = time.monotonic()
        if now > self.ends:
            words = "Stopped: the time limit of the whole submission was reached."
            raise GoneError(TIME_LIMIT, words)
        late = now - self.began > ON_THE_CLOCK * self.seconds
        if late or used.cpu - (self.cpu or 0.0) > self.seconds:
            words = f"Stopped: it ran longer than the limit of {self.seconds:g} seconds per cell."
            raise GoneError(TIME_LIMIT, words)


class Process:
    """A student's process.

    Parameters
    ----------
    warm : socket
        Where to ask for it.
    job : dict
    """

    def __init__(self, warm: socket.socket, job: dict[str, Any]) -> None:
        wanted = ("limits", "settings", "files", "folder")
        wire.send(warm, {name: job[name] for name in wanted})
        answer, _ = wire.receive(warm, 1 << 20)
        self.pid = int(answer["pid"])
        self.sock = socket.socket(fileno=socket.recv_fds(warm, 1, 1)[1][0])
        self.limit = 2 * job["limits"]["message"]
        self.sock.settimeout(_PATIENCE)
        self.number, self.looked = 0, 0.0
        hello, _ = wire.receive(self.sock, 1 << 20)
        if "refused" in hello:
            raise RefusedError(str(hello["refused"])[:500])
        self.isolation = hello.get("isolation", [])
        self.at_start = max([0, *map(watch.own_memory, watch.family(self.pid))])

    def ask(self, request: dict[str, Any], blob: bytes | bytearray, budget: Budget) -> wire.Reply:
        """Send a request and wait for the reply, within what the cell may use."""
        self.number += "job" in request  # and not where it answers a call of the student's
        if budget.cpu is None:
            budget.cpu = watch.usage(self.pid, self.at_start).cpu
        try:
            wire.send(self.sock, {**request, "id": self.number}, blob)
            reply, data = wire.receive(self.sock, self.limit, lambda: self._tick(budget))
        except wire.BrokenError as error:
            if str(error) == "gone":
                raise GoneError(KERNEL_DIED, "The process died while this cell ran.") from error
            words = f"Stopped: its answers made no sense ({error})."
            raise GoneError(KERNEL_DIED, words) from error
        if "callback" not in reply and reply.get("id") != self.number:
            raise GoneError(KERNEL_DIED, "Stopped: its answers made no sense (out of order).")
        return reply, data

    def _tick(self, budget: Budget) -> None:
        now = time.monotonic()
        if now > self.looked + _BETWEEN_LOOKS:
            self.looked = now
            budget.check(watch.usage(self.pid, self.at_start))

    def end(self) -> None:
        """Kill it and all that came from it."""
        watch.kill_family(self.pid)
        self.sock.close()


class Checker:
    """Runs the cells of one notebook in order, tests here and the rest in the student's process."""

    def __init__(self, warm: socket.socket, job: dict[str, Any]) -> None:
        self.warm = warm
        self.job = job
        self.limits = job["limits"]
        self.ends = time.monotonic() + self.limits["seconds_per_submission"]
        self.process: Process | None = None
        self.gone: GoneError | None = None  # why this cell lost its process
        self.isolation: list[str] = []
        self.done: list[dict[str, Any]] = []  # cells that a new process must run again
        self.used: dict[str, list[str]] = {}
        self.spaces: dict[str, dict[str, Any]] = {}
        self.budget = self._new_budget()

    def run(self) -> dict[str, Any]:
        """Run every cell; give back what each showed, and what was used that may not be."""
        shown = {}
        for cell in self.job["cells"]:
            began = time.monotonic()
            self.budget = self._new_budget()
            outputs, hidden = self._outcome(cell)
            shown[cell["id"]] = {
                "outputs": outputs, "seconds": time.monotonic() - began, "hidden": hidden,
            }  # fmt: skip
        if self.job.get("learn"):
            return {"modules": self._modules()}
        self._lose()
        return {"cells": shown, "used": self.used, "isolation": self.isolation}

    def _outcome(self, cell: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        if time.monotonic() > self.ends:
            words = "Not run: the time limit of the whole submission had been reached."
            return [_error(CELL_NOT_RUN, words)], False
        try:
            self._bring_up()
            if cell["kind"] == "test":
                return self._test(cell)
            outputs = self._run(cell)
            self.done.append(cell)
            return outputs, False
        except GoneError as gone:
            self._lose()
            return [_error(gone.name, gone.words)], False

    # --- the student's process ---

    def _modules(self) -> list[str]:
        """Name what the released notebook has imported by the time it has run."""
        try:
            reply, _ = self._ask({"job": "modules"})
        except GoneError:
            return []
        return [str(name) for name in reply.get("modules", [])]

    def _new_budget(self) -> Budget:
        return Budget(self.limits["seconds_per_cell"], self.limits["memory"], self.ends)

    def _ask(self, request: dict[str, Any], blob: bytes | bytearray = b"") -> wire.Reply:
        if self.process is None:
            raise self.gone or GoneError(KERNEL_DIED, "The process died.")
        try:
            return self.process.ask(request, blob, self.budget)
        except GoneError as gone:
            self.gone = gone
            self._lose()
            raise

    def _lose(self) -> None:
        if self.process:
            self.process.end()
            self.process = None

    def _bring_up(self) -> None:
        """Start the student's process where there is none, and repeat what it ran before."""
        while self.process is None:
            self.process = Process(self.warm, self.job)
            self.isolation = self.process.isolation
            again, self.done = self.done, []
            for number, cell in enumerate(again):
                self.budget = self._new_budget()
                try:
                    self._run(cell)
                except GoneError:  # this one ends it every now and then: go on without it
                    self.done += again[number + 1 :]
                    break
                self.done.append(cell)
        self.budget = self._new_budget()

    def _run(self, cell: dict[str, Any]) -> list[dict[str, Any]]:
        request = {
            "job": "run", "source": cell["source"], "cell": cell["id"], "seed": cell["seed"],
            "guarded": cell["kind"] == "student",
        }  # fmt: skip
        reply, _ = self._ask(request)
        self._note(cell["id"], reply)
        return sound_outputs(reply.get("outputs"))

    def _note(self, cell: str, reply: dict[str, Any]) -> None:
        """Note which forbidden calls the student's process saw."""
        used = reply.get("used")
        for name in used if isinstance(used, list) else []:
            if name in self.job["settings"]["may_not_call"]:
                known = self.used.setdefault(cell, [])
                known += [name] if name not in known else []

    # --- the tests ---

    def _test(self, cell: dict[str, Any]) -> tuple[list[dict[str, Any]], bool]:
        self.gone = None
        printed = _Printed()
        value, error = None, None
        with _alarm(ON_THE_CLOCK * self.limits["seconds_per_cell"] + 10), _quiet(printed):
            try:
                value = self._evaluate(cell)
            except BaseException as caught:
                error = caught
        outputs = [stream(printed.getvalue())] if printed.getvalue() else []
        gone = error if isinstance(error, GoneError) else self.gone  # even if the test swallowed it
        if gone is not None:
            return [*outputs, _error(gone.name, gone.words)], False
        if isinstance(error, wire.BrokenError):
            self._lose()
            return [_error(KERNEL_DIED, f"Stopped: its answers made no sense ({error}).")], False
        if error is not None:
            return [*outputs, *failure(error)], _is_hidden(error, cell)
        return [*outputs, *shown(value)], False

    def _evaluate(self, cell: dict[str, Any]) -> Any:
        """Run a test; give back the value of its last line, if that is an expression."""
        space = self._space(cell)
        self.spaces[cell["id"]] = space
        start_chance(cell["test_seed"])
        return evaluate(cell["source"], f"<test {cell['id']}>", space)

    def _space(self, cell: dict[str, Any]) -> dict[str, Any]:
        """Make the names a test sees: the released notebook's, earlier tests', the student's."""
        space: dict[str, Any] = {"__name__": "__main__"}
        with contextlib.suppress(Exception):
            exec(compile(self.job["definitions"], "<definitions>", "exec"), space)
        for earlier in cell["needs"]:
            own = self.spaces.get(earlier, {})
            space |= {k: v for k, v in own.items() if not isinstance(v, StandIn)}
        answers = set(self.job["answers"])
        wanted = {
            name
            for name in cell["reads"]
            if name in answers or (name not in space and not hasattr(builtins, name))
        }
        for name in wanted:
            space.pop(name, None)
        desk = Desk(self._ask_of_test(cell["id"]), self.limits["message"])
        return space | desk.names(sorted(wanted), cell["seed"])

    def _ask_of_test(self, cell: str) -> Any:
        def ask(request: dict[str, Any], blob: bytes | bytearray) -> wire.Reply:
            reply, data = self._ask(request, blob)
            self._note(cell, reply)
            return reply, data

        return ask


class _Printed(io.StringIO):
    """What a test prints, up to a limit."""

    def write(self, text: str) -> int:
        return super().write(text[: max(0, _PRINTED - self.tell())])


@contextlib.contextmanager
def _quiet(printed: io.StringIO) -> Iterator[None]:
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End a test that loops by itself."""

    def ring(*_: Any) -> None:
        raise GoneError(TIME_LIMIT, f"Stopped: this test ran longer than {seconds:g} seconds.")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def evaluate(source: str, where: str, space: dict[str, Any]) -> Any:
    """Run code in a namespace; give back the value of its last line, if that is an expression."""
    tree = ast.parse(names.plain(source))
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
    exec(compile(tree, where, "exec"), space)
    return None if last is None else eval(compile(last, where, "eval"), space)


def start_chance(seed: int) -> None:
    """Begin all random numbers of a test anew."""
    from cnncourse import probes

    probes.set_seed(seed)
    random.seed(seed)
    np.random.seed(seed % (1 << 32))
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


# ---------------------------------------------------------------------------------------
# outputs, as nbformat writes them


def _error(name: str, words: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": words, "traceback": [words]}


def stream(text: str) -> dict[str, Any]:
    """Write what was printed."""
    return {"output_type": "stream", "name": "stdout", "text": text}


def shown(value: Any) -> list[dict[str, Any]]:
    """Write the value of a cell's last line."""
    if value is None:
        return []
    data = {"text/plain": repr(value)[:200]}
    return [
        {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": None}
    ]


def failure(error: BaseException) -> list[dict[str, Any]]:
    """Write an error; one that a student's code raised cannot pass for the test's own."""
    name = getattr(error, "of_student", None)
    if name is None:
        known = isinstance(error, AssertionError)
        return [_error("AssertionError" if known else type(error).__name__, str(error))]
    name = "".join(c for c in name if c.isalnum() or c == "_") or "Error"
    if name in OWN_ERRORS or name == "AssertionError":
        name = f"{name} in the student's code"
    said = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return [_error(name, said)]


def _is_hidden(error: BaseException, cell: dict[str, Any]) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == f"<test {cell['id']}>"]
    return any(line in cell["hidden"] for line in lines)


def sound_outputs(outputs: Any) -> list[dict[str, Any]]:
    """Keep of a stranger's outputs what is text, a PNG picture or an error, as plain text."""
    kept: list[dict[str, Any]] = []
    left = _OUTPUTS
    for output in outputs if isinstance(outputs, list) else []:
        one = _sound(output) if isinstance(output, dict) else None
        left -= len(str(one))
        if one and left > 0:
            kept.append(one)
    return kept[:1000]


def _sound(output: dict[str, Any]) -> dict[str, Any] | None:
    kind, data = output.get("output_type"), output.get("data")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": str(output.get("text"))}
    if kind == "error":
        name = str(output.get("ename"))[:80]
        name = f"Student{name}" if name in OWN_ERRORS else name
        lines = output.get("traceback")
        trace = [str(line)[:500] for line in lines[:20]] if isinstance(lines, list) else []
        said = str(output.get("evalue"))[:2000]
        return {"output_type": "error", "ename": name, "evalue": said, "traceback": trace}
    if kind in ("execute_result", "display_data") and isinstance(data, dict):
        forms = {k: str(data[k]) for k in ("text/plain", "image/png") if k in data}
        if "image/png" in forms and not set(forms["image/png"]) <= _BASE64:
            del forms["image/png"]
        counted = {"execution_count": None} if kind == "execute_result" else {}
        return {"output_type": kind, "data": forms, "metadata": {}, **counted}
    return None


_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\n")
