"""The student's process: it runs the student's cells and hands out values when it is asked.

Nothing here is trusted by the checker. What a student's program may do to this process, it may do:
there is no test in it, no expected value, and no verdict.
"""

from __future__ import annotations

import base64
import builtins
import contextlib
import importlib
import io
import os
import random
import socket
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from IPython.core import pylabtools
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from traitlets import Type
from traitlets.config import Config

from cnncourse.grading.engine import wire
from cnncourse.grading.engine.forbidden import Guard

MOST_PICTURES = 20  # of one cell
LARGEST_PICTURE = 2 << 20  # bytes
DOTS_PER_INCH = 72  # of figures
_CELL = "<cell %s>"
_print_figure = pylabtools.print_figure  # IPython's own


class Recorder:
    """What a cell shows: text, values and pictures, as nbformat writes outputs."""

    def __init__(self) -> None:
        self.start(0)

    def start(self, limit: int) -> None:
        """Begin a cell that may print `limit` characters."""
        self.outputs: list[dict[str, Any]] = []
        self._left, self._pictures = limit, 0

    def text(self, name: str, text: str) -> None:
        """Note what was printed to 'stdout' or 'stderr'."""
        if self._left <= 0 or not text:
            return
        cut, self._left = text[: self._left], self._left - len(text)
        if self._left <= 0:
            cut += "\n[the rest of the output was cut off]"
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") == name:
            last["text"] += cut
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": cut})

    def show(self, kind: str, data: dict[str, Any]) -> None:
        """Note a value or a picture; of its forms, plain text and PNG."""
        kept: dict[str, str] = {}
        text, picture = data.get("text/plain"), data.get("image/png")
        if isinstance(text, str):
            kept["text/plain"] = text[: max(0, self._left)]
            self._left -= len(text)
        if isinstance(picture, bytes):
            picture = base64.b64encode(picture).decode()
        if isinstance(picture, str) and len(picture) <= LARGEST_PICTURE:
            self._pictures += 1
            if self._pictures <= MOST_PICTURES:
                kept["image/png"] = picture
        if kept:
            counted = {"execution_count": None} if kind == "execute_result" else {}
            self.outputs.append({"output_type": kind, "data": kept, "metadata": {}, **counted})


RECORDER = Recorder()


class _Stream(io.TextIOBase):
    """A stream whose text goes to the recorder."""

    encoding = "utf-8"

    def __init__(self, name: str) -> None:
        self._name = name

    def write(self, text: str) -> int:
        RECORDER.text(self._name, text)
        return len(text)

    def writable(self) -> bool:
        return True


class _Hook(DisplayHook):
    def __call__(self, result: Any = None) -> None:
        if result is None or self.quiet():
            return
        assert self.shell is not None
        data, _ = self.shell.display_formatter.format(result, include={"text/plain", "image/png"})
        RECORDER.show("execute_result", data)
        self.shell.user_ns["_"] = result


class _Publisher(DisplayPublisher):
    def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
        RECORDER.show("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        pass


class Shell(InteractiveShell):
    """IPython without a terminal, a history or threads."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window to open."""

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """The error is in the result of the run."""

    showsyntaxerror = showtraceback


def print_figure(figure: Figure, fmt: str = "png", **how: Any) -> Any:
    """Make a PNG of a figure; figures are most of a notebook's cost and bytes.

    In place of IPython's: matplotlib draws what it is to save twice, the first time to lay it out,
    which a single drawing does as well. It is small, and packed quickly. What is not to be an
    ordinary PNG is left to IPython.
    """
    if fmt != "png" or how.get("bbox_inches") or not isinstance(figure.canvas, FigureCanvasAgg):
        return _print_figure(figure, fmt, **how)
    if not figure.axes and not figure.lines:
        return None
    file, before = io.BytesIO(), figure.dpi
    figure.dpi = DOTS_PER_INCH
    try:
        figure.canvas.draw()
        pixels = Image.fromarray(np.asarray(figure.canvas.buffer_rgba()))
    finally:
        figure.dpi = before
    pixels.save(file, "png", compress_level=1)
    return base64.b64encode(file.getvalue()).decode() if how.get("base64") else file.getvalue()


def make_shell() -> Shell:
    """Make the shell; once, in the warm process."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InlineBackend.print_figure_kwargs = {"bbox_inches": None}
    pylabtools.print_figure = print_figure  # type: ignore[assignment]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Shell.instance(config=config, user_module=None)


def serve(sock: socket.socket, shell: Shell, settings: dict[str, Any]) -> None:
    """Answer the checker until it hangs up."""
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = _Stream("stdout"), _Stream("stderr")
    desk = _Desk(sock, shell, settings)
    while True:
        desk.answer()


class _Desk:
    def __init__(self, sock: socket.socket, shell: Shell, settings: dict[str, Any]) -> None:
        self.process = os.getpid()
        self.sock = sock
        self.shell = shell
        self.limit = settings["message"]
        self.output = settings["output"]
        self.objects: list[Any] = []
        self.guard = Guard(settings["may_not_call"])
        self.jobs: dict[str, Callable[..., Any]] = {
            "modules": lambda *_: {"modules": sorted(sys.modules)},
            "run": self._run, "names": self._names, "do": self._do, "probe": self._probe,
        }  # fmt: skip

    def answer(self) -> None:
        """Receive one request and reply to it."""
        message, blob = wire.receive(self.sock, 2 * self.limit)
        writer = wire.Writer(self._mention, self.limit)
        try:
            reply = self.jobs[message["job"]](message, blob, writer)
        except BaseException as error:  # whatever a student's code raises is an answer, too
            writer = wire.Writer(self._mention, self.limit)
            reply = {"error": describe(error)}
        if os.getpid() != self.process:  # a copy that the cell has made: only one may answer
            os._exit(0)
        wire.send(self.sock, {"id": message["id"], **reply}, writer.blob)

    # --- the jobs ---

    def _run(self, message: dict[str, Any], _: bytes, __: wire.Writer) -> dict[str, Any]:
        """Run a cell; what it shows is the answer."""
        RECORDER.start(self.output)
        _seed(message["seed"])
        self.shell.compile.get_code_name = (  # type: ignore[method-assign]
            lambda *_: _CELL % message["cell"]
        )
        with self.guard.watching(message["guarded"]):
            result = self.shell.run_cell(message["source"])
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            about = describe(error)
            RECORDER.outputs.append(
                {
                    "output_type": "error",
                    "ename": about["name"], "evalue": about["said"], "traceback": about["trace"],
                }
            )  # fmt: skip
        return {"outputs": RECORDER.outputs, "used": self.guard.take()}

    def _names(self, message: dict[str, Any], _: bytes, writer: wire.Writer) -> dict[str, Any]:
        """Give the values of those names that there are."""
        there = {n: self.shell.user_ns[n] for n in message["names"] if n in self.shell.user_ns}
        _seed(message["seed"])
        return {"values": {name: writer.write(value) for name, value in there.items()}}

    def _do(self, message: dict[str, Any], blob: bytes, writer: wire.Writer) -> dict[str, Any]:
        """Call an object, or ask it for an attribute, an item, its length."""
        target = self._target(message["target"])
        args = wire.read(message["args"], blob, self._found)
        kwargs = wire.read(message["kwargs"], blob, self._found)
        before = _shape_of(args, kwargs)
        with self._quiet(), self.guard.watching(True):
            value = _VERBS[message["verb"]](target, *args, **kwargs)
        reply = {"value": writer.write(value), "used": self.guard.take()}
        if message["verb"] == "call" and _shape_of(args, kwargs) != before:
            reply["args"] = writer.write([args, kwargs])
        return reply

    def _probe(self, message: dict[str, Any], blob: bytes, writer: wire.Writer) -> dict[str, Any]:
        """Run a helper of `cnncourse.probes` on objects of this process."""
        probe = importlib.import_module("cnncourse.probes").PROBES[message["probe"]]
        args = wire.read(message["args"], blob, self._found)
        kwargs = wire.read(message["kwargs"], blob, self._found)
        with self._quiet():
            return {"value": writer.write(probe(*args, **kwargs))}

    # --- objects that stay here ---

    def _mention(self, value: Any) -> dict[str, Any]:
        self.objects.append(value)
        about = {"type": type(value).__name__[:80], "callable": callable(value)}
        return {"$": "object", "number": len(self.objects) - 1, **about}

    def _found(self, tree: dict[str, Any]) -> Any:
        if tree["$"] == "name":
            return self.shell.user_ns[tree["name"]]
        if tree["$"] == "callback":
            return self._callback(tree["number"])
        return self.objects[tree["number"]]

    def _target(self, tree: dict[str, Any]) -> Any:
        return self._found(tree)

    def _callback(self, number: int) -> Callable[..., Any]:
        """Stand in for a function of the test that was given as an argument."""

        def call(*args: Any) -> Any:
            writer = wire.Writer(self._mention, self.limit)
            wire.send(
                self.sock, {"callback": number, "args": writer.write(list(args))}, writer.blob
            )
            message, blob = wire.receive(self.sock, 2 * self.limit)
            if "error" in message:
                raise RuntimeError(message["error"])
            return wire.read(message["value"], blob, self._found)

        return call

    @contextlib.contextmanager
    def _quiet(self) -> Iterator[None]:
        RECORDER.start(self.output)
        yield


_VERBS: dict[str, Callable[..., Any]] = {
    "call": lambda target, *args, **kwargs: target(*args, **kwargs),
    "get": getattr,
    "set": setattr,
    "item": lambda target, key: target[key],
    "set item": lambda target, key, value: target.__setitem__(key, value),
    "length": len,
    "contains": lambda target, item: item in target,
    "iterate": iter,
    "next": lambda target: [item for _, item in zip([0], target, strict=False)],
    "instance": lambda target, value: isinstance(value, target),
}


def describe(error: BaseException) -> dict[str, Any]:
    """Say an error as data: its name, the built-in errors it is one of, its words, its lines."""
    kinds = [k.__name__ for k in type(error).__mro__ if getattr(builtins, k.__name__, None) is k]
    try:
        said = str(error)
    except BaseException:
        said = "(an error that cannot be printed)"
    return {
        "name": str(type(error).__name__)[:80],
        "kinds": kinds,
        "said": said[:2000].encode(errors="replace").decode(),
        "trace": _own_lines(error),
    }


def _own_lines(error: BaseException) -> list[str]:
    """Name the lines of the student's cells that led to an error, the innermost last."""
    if isinstance(error, SyntaxError):
        return [f"line {error.lineno}: {(error.text or '').strip()[:200]}"]
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith("<cell ")]
    return [f"{f.filename[1:-1]}, line {f.lineno}: {(f.line or '')[:200]}" for f in own[-8:]]


def _shape_of(args: list[Any], kwargs: dict[str, Any]) -> bytes:
    """Write arguments as bytes, to see afterwards whether a call changed them."""
    writer = wire.Writer(lambda value: {"$": "object", "number": id(value)}, 1 << 40)
    try:
        tree = writer.write([args, kwargs])
    except wire.NotPlainError:
        return b""
    return repr(tree).encode(errors="replace") + bytes(writer.blob)


def _seed(seed: int) -> None:
    """Start chance anew, so that every run of a submission is the same."""
    random.seed(seed)
    np.random.seed(seed % (1 << 32))
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)
