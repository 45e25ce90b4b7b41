"""Grade one submission: bytes in, a `Result` out; no course and no database."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import signal
import site
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nbformat
from nbformat import NotebookNode

from cnncourse.errors import ArgumentError, CourseError, SetupError, SubmissionError
from cnncourse.grading.engine import forbidden, names, wire
from cnncourse.grading.engine.bundle import Bundle, is_answer, is_test
from cnncourse.grading.intake import accept_files, is_blank, rebuild
from cnncourse.grading.results import (
    DIED,
    GRADED,
    KERNEL_DIED,
    MEMORY_LIMIT,
    NO_SANDBOX,
    OUT_OF_MEMORY,
    REFUSED,
    TIME_LIMIT,
    TIMED_OUT,
    USED,
    Part,
    Result,
    blank_parts,
    first_error,
    name_of,
    read_parts,
    reason_for,
)

SANDBOXES = ("auto", "none")
_START = 120  # seconds for the warm process to import what it needs
_GRACE = 30  # seconds beyond the submission's limit for the checker to answer
_LARGEST_OUTCOME = 512 << 20
_STOPS = {TIME_LIMIT: TIMED_OUT, MEMORY_LIMIT: OUT_OF_MEMORY, KERNEL_DIED: DIED}
_LOCALE = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)


def grade(
    notebook: bytes,
    bundle: Bundle,
    *,
    student: str = "",
    seed: bytes = b"",
    sandbox: str = "auto",
    parts: Collection[str] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Result:
    """Grade one submission; see `Grader`, which is quicker for several.

    Parameters
    ----------
    notebook : bytes
        The submitted file.
    bundle : Bundle
    student : str
    seed : bytes
        The course's key: chance in the tests is drawn from it, the assignment, the student and
        the part.
    sandbox : str
        'auto', or 'none' for code that is trusted.
    parts : collection of str, optional
        Only these tests cells.
    files : mapping of str to bytes, optional
        Data files to lay beside the notebook.
    """
    with Grader(bundle, sandbox=sandbox) as grader:
        return grader.grade(notebook, student=student, seed=seed, parts=parts, files=files)


class Grader:
    """Grades submissions of one assignment, one at a time.

    It holds a warm process, which has imported what the assignment needs; it may be killed at any
    time, and leaves nothing behind.

    Parameters
    ----------
    bundle : Bundle
    sandbox : str
        'auto': in a sandbox, or not at all. 'none': without one, for code that is trusted; every
        result says so.
    folder : Path, optional
        Where the cells run, without a sandbox; a temporary folder by default.

    Raises
    ------
    SetupError
        When it is entered, if the sandbox cannot be had; the message says what to do.
    """

    def __init__(self, bundle: Bundle, sandbox: str = "auto", folder: Path | None = None) -> None:
        if sandbox not in SANDBOXES:
            raise ArgumentError("sandbox", f"one of {', '.join(SANDBOXES)}", sandbox)
        if folder is not None and sandbox != "none":
            raise ArgumentError("folder", "none inside a sandbox", folder)
        if not hasattr(os, "fork"):
            raise SetupError("the grader forks: on Windows, run it in WSL (wsl --install)")
        self.bundle = bundle
        self.sandbox = sandbox
        self.folder = folder
        self._warm: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def take(self, bundle: Bundle, learn: bool = True) -> None:
        """Go on with another assignment: what has been imported stays warm.

        Parameters
        ----------
        bundle : Bundle
        learn : bool
            Run the released notebook first, to learn what it imports; this pays for several
            submissions.
        """
        self.bundle = bundle
        if self._warm is not None:
            self._import(self._modules())
            if learn:
                self._learn()

    def close(self) -> None:
        """End the warm process and whatever came from it."""
        if self._warm is not None:
            self._control.close()
            try:
                self._warm.wait(5)
            except subprocess.TimeoutExpired:
                self._warm.kill()
                self._warm.wait()
            self._warm = None

    def grade(
        self,
        notebook: bytes,
        *,
        student: str = "",
        seed: bytes = b"",
        parts: Collection[str] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> Result:
        """Grade one submission; the parameters are those of `grade`.

        Returns
        -------
        Result
            'refused' with the reason if the bytes are no notebook of this assignment.
        """
        parts = set(parts or self.bundle.tests)
        if unknown := parts - self.bundle.tests.keys():
            known = ", ".join(self.bundle.tests)
            raise ArgumentError("parts", f"some of {known}", ", ".join(sorted(unknown)))
        try:
            rebuilt, repairs = rebuild(self.bundle.release, notebook)
        except SubmissionError as error:
            return self._result(student, REFUSED, error.problem, parts=self._no_parts(parts))
        rebuilt.metadata.setdefault("cnncourse", NotebookNode()).blank = is_blank(
            self.bundle.release, rebuilt
        )
        kept, left_out = accept_files(files or {})
        repairs += left_out
        with self._place() as folder:
            job = _job(self.bundle, rebuilt, student, seed, parts, kept, folder)
            outcome = self._run(job)
        return self._judged(student, rebuilt, repairs, outcome, parts)

    # --- the result ---

    def _judged(
        self,
        student: str,
        notebook: NotebookNode,
        repairs: tuple[str, ...],
        outcome: dict[str, Any],
        only: Collection[str],
    ) -> Result:
        shown = outcome["cells"]
        for cell in notebook.cells:
            if cell.id in shown:
                cell.outputs = [nbformat.from_dict(out) for out in shown[cell.id]["outputs"]]
        flags = [*_stops(notebook), *self._used(notebook, outcome["used"])]
        found = [p for p in read_parts(notebook) if p.manual or p.grade_id in only]
        noted = tuple(self._with_notes(part, notebook, shown) for part in found)
        return self._result(
            student, GRADED, reason_for(notebook, noted), repairs, noted, flags,
            notebook=nbformat.writes(notebook),
        )  # fmt: skip

    def _result(
        self,
        student: str,
        status: str,
        reason: str,
        repairs: tuple[str, ...] = (),
        parts: tuple[Part, ...] = (),
        flags: Iterable[str] = (),
        notebook: str = "",
    ) -> Result:
        if self.sandbox == "none":
            flags = [*flags, f"{NO_SANDBOX}: it ran with all rights of the one who graded it"]
        return Result(
            student, self.bundle.name, status, reason, repairs, parts,
            flags=tuple(flags), notebook=notebook,
        )  # fmt: skip

    def _no_parts(self, only: Collection[str]) -> tuple[Part, ...]:
        found = blank_parts(self.bundle.release)
        return tuple(part for part in found if part.manual or part.grade_id in only)

    def _with_notes(self, part: Part, notebook: NotebookNode, shown: dict[str, Any]) -> Part:
        cell = next(c for c in notebook.cells if _grade_id(c) == part.grade_id)
        about = shown.get(cell.id, {})
        return replace(
            part, seconds=about.get("seconds", 0.0), hidden=bool(about.get("hidden", False))
        )

    def _used(self, notebook: NotebookNode, seen: dict[str, list[str]]) -> Iterator[str]:
        """Say which forbidden calls stand in the cells, or were seen when they ran."""
        release = {cell.id: cell.source for cell in self.bundle.release.cells}
        known: dict[str, str] = {}
        for cell in notebook.cells:
            if cell.cell_type != "code" or (is_test(cell) and cell.id not in seen):
                continue
            found = forbidden.find(cell.source, self.bundle.may_not_call, known)
            if release.get(cell.id) == cell.source:
                found = []
            for name in dict.fromkeys([*found, *seen.get(cell.id, [])]):
                yield f"{USED} {name} in {name_of(cell)}, which this exercise asks not to call"

    # --- the processes ---

    @contextlib.contextmanager
    def _place(self) -> Iterator[str]:
        """Name the folder where cells run without a sandbox; a sandbox has its own."""
        if self.sandbox != "none":
            yield ""
        elif self.folder is not None:
            yield str(self.folder.resolve())
        else:
            with tempfile.TemporaryDirectory(prefix="cnncourse-") as folder:
                yield folder

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._warm = subprocess.Popen(
                [sys.executable, "-P", "-m", "cnncourse.grading.engine.warm", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                env=_environment(self.sandbox), cwd="/", start_new_session=True,
            )  # fmt: skip
        self._control = ours
        order = {"sandbox": self.sandbox, "modules": self._modules(), "visible": _visible()}
        try:
            wire.send(ours, order)
            wire.receive(ours, 1 << 20, _until(time.monotonic() + _START))
            self._learn()
        except (wire.BrokenError, TimeoutError) as error:
            self._stop()
            raise SetupError(f"the grader's warm process did not start: {error}") from error

    def _learn(self) -> None:
        """Run the released notebook once, and keep warm what it turns out to import."""
        with self._place() as folder:
            job = _job(self.bundle, self.bundle.release, "", b"", set(), {}, folder)
            modules = self._run({**job, "learn": True})["modules"]
        self._import(modules)

    def _modules(self) -> list[str]:
        """Name the modules that the assignment's source imports."""
        code = [c.source for c in self.bundle.release.cells if c.cell_type == "code"]
        return names.imports([*code, *self.bundle.tests.values()])

    def _import(self, modules: list[str]) -> None:
        wire.send(self._control, {"import": modules})
        wire.receive(self._control, 1 << 20, _until(time.monotonic() + _START))

    def _run(self, job: dict[str, Any]) -> dict[str, Any]:
        if self._warm is None:
            self._start()
        ends = time.monotonic() + self.bundle.limits.seconds_per_submission + _GRACE
        try:
            wire.send(self._control, {"checker": True})
            wire.receive(self._control, 1 << 20, _until(ends))
            number = socket.recv_fds(self._control, 1, 1)[1][0]
            with socket.socket(fileno=number) as checker:
                wire.send(checker, job)
                outcome, _ = wire.receive(checker, _LARGEST_OUTCOME, _until(ends))
            wire.send(self._control, {"end": True})  # of whatever the submission left running
            wire.receive(self._control, 1 << 20, _until(ends))
        except BaseException as error:
            self._stop()
            if isinstance(error, wire.BrokenError | TimeoutError):
                raise CourseError(f"the checker gave no answer ({error}); grade again") from error
            raise
        if "refused" in outcome:
            raise SetupError(outcome["refused"])
        if "broken" in outcome:
            raise CourseError(f"the checker broke; please report this: {outcome['broken']}")
        return outcome

    def _stop(self) -> None:
        """Kill the warm process; those that came from it follow."""
        if self._warm is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._warm.pid, signal.SIGKILL)
            self._warm.wait()
            self._control.close()
            self._warm = None


def derive_seed(key: bytes, *about: str) -> int:
    """Draw a seed from the course's key and what it is for.

    Examples
    --------
    >>> derive_seed(b"key", "02_convolution", "anna", "test_pad2d") < 2**32
    True
    """
    text = "\0".join(about).encode()
    return int.from_bytes(hashlib.sha256(key + b"\0" + text).digest()[:4], "big")


def _job(
    bundle: Bundle,
    notebook: NotebookNode,
    student: str,
    key: bytes,
    only: Collection[str],
    files: Mapping[str, bytes],
    folder: str,
) -> dict[str, Any]:
    """Write down all that the checker needs to know."""
    limits = asdict(bundle.limits)
    release = {cell.id: cell.source for cell in bundle.release.cells}
    cells = list(_cells(bundle, notebook, only, release))
    for cell in cells:
        cell["seed"] = derive_seed(key, bundle.name, student, cell["id"], "student")
        cell["test_seed"] = derive_seed(key, bundle.name, student, cell["id"], "test")
    settings = {
        "message": limits["message"], "output": limits["output"],
        "may_not_call": list(bundle.may_not_call),
    }  # fmt: skip
    return {
        "cells": cells,
        "definitions": bundle.definitions,
        "answers": sorted({name for made in bundle.answers.values() for name in made}),
        "limits": limits,
        "settings": settings,
        "files": {name: base64.b64encode(data).decode() for name, data in files.items()},
        "folder": folder,
    }


def _cells(
    bundle: Bundle,
    notebook: NotebookNode,
    only: Collection[str],
    release: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    """Yield the cells to run, up to the last test that is wanted."""
    wanted = {*only} | {need for key in only for need in bundle.needs(key)}
    left, partly = len(wanted), 0 < len(only) < len(bundle.tests)
    for cell in notebook.cells:
        if cell.cell_type != "code" or (partly and not left):
            continue
        grade_id = _grade_id(cell)
        if is_test(cell):
            if grade_id in wanted:
                left -= 1
                yield {
                    "id": cell.id, "kind": "test", "source": bundle.tests[grade_id],
                    "needs": _ids(bundle, bundle.needs(grade_id)),
                    "reads": sorted(names.needed(bundle.tests[grade_id])),
                    "hidden": bundle.hidden[grade_id],
                }  # fmt: skip
        elif cell.source.strip():
            own = release.get(cell.id) != cell.source or is_answer(cell)
            kind = "student" if own else "instructor"
            yield {"id": cell.id, "kind": kind, "source": cell.source}


def _ids(bundle: Bundle, grade_ids: list[str]) -> list[str]:
    return [cell.id for cell in bundle.release.cells if _grade_id(cell) in grade_ids]


def _stops(notebook: NotebookNode) -> Iterator[str]:
    """Say which cells were stopped, and why."""
    for cell in notebook.cells:
        error = first_error(cell)
        if error is not None and error.ename in _STOPS:
            yield f"{_STOPS[error.ename]} in {name_of(cell)}: {error.evalue}"


def _grade_id(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def _until(ends: float) -> wire.Tick:
    def tick() -> None:
        if time.monotonic() > ends:
            raise TimeoutError("no answer in time")

    return tick


def _environment(sandbox: str) -> dict[str, str]:
    """Name the few variables that the warm process, and so every student's process, sees."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(Path.home()) if sandbox == "none" else "/nonexistent",
        "USER": "student",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", str(Path.home() / ".config/matplotlib")),
        "CNNCOURSE_DATA": _data(),
        **_LOCALE,
        **_ONE_THREAD,
    }


def _data() -> str:
    """Name the folder of data sets that were downloaded; see `cnncourse.data`."""
    return os.environ.get("CNNCOURSE_DATA", str(Path.home() / ".cache" / "cnncourse"))


def _visible() -> list[str]:
    """Name the folders that a student's process may read: Python and its packages, data sets."""
    package = str(Path(__file__).parents[2])
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    folders = [sys.prefix, sys.base_prefix, *site.getsitepackages(), *own, package, _data()]
    return sorted({str(Path(f).resolve()) for f in folders if f and Path(f).is_dir()})
