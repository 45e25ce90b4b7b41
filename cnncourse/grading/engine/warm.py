"""The warm process: import once, fork for every submission.

It holds nothing that a submission may not see: no test, no other submission, an empty environment.
It has one thread, so that a fork of it is sound.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import io
import os
import select
import signal
import socket
import sys
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

from cnncourse.grading.engine import checker, sandbox, student, wire

_ALWAYS = [
    "numpy", "matplotlib.pyplot", "matplotlib_inline.backend_inline",
]  # fmt: skip
FIRST_SOCKET = 100  # descriptors of a child's sockets begin here
_REQUEST = 1 << 20  # bytes; requests and the answers of this process are small


def main() -> None:
    """Serve the grader on the socket whose number is the only argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    order, _ = wire.receive(control, _REQUEST)
    sandbox.adopt_orphans()
    warm = _Warm(control, order)
    with contextlib.suppress(wire.BrokenError):
        wire.send(control, {"ready": True})
        warm.serve()
    sandbox.kill_children()


class _Warm:
    def __init__(self, control: socket.socket, order: dict[str, Any]) -> None:
        self.control = control
        self.order = order
        self.shell = student.make_shell()
        import_all([*_ALWAYS, *order["modules"]])
        self.shell.run_line_magic("matplotlib", "inline")

    def serve(self) -> None:
        """Fork a checker when the grader asks, students when the checker does."""
        desk: socket.socket | None = None
        while True:
            ends = [self.control, *([desk] if desk else [])]
            ready = select.select(ends, [], [])[0]
            if desk in ready and desk is not None:
                try:
                    self._fork_student(desk, wire.receive(desk, _REQUEST)[0])
                except wire.BrokenError:  # the checker has finished
                    desk.close()
                    desk = None
            elif self.control in ready:
                request, _ = wire.receive(self.control, _REQUEST)
                if "checker" in request:
                    desk = self._fork_checker()
                    continue
                if "import" in request:
                    import_all(request["import"])
                if "end" in request:
                    sandbox.kill_children()
                wire.send(self.control, {"ready": True})

    def _fork_checker(self) -> socket.socket:
        job, job_end = socket.socketpair()
        desk, desk_end = socket.socketpair()
        pid = _fork([job_end, desk_end], lambda socks: checker.serve(*socks))
        wire.send(self.control, {"pid": pid})
        socket.send_fds(self.control, [b"x"], [job.fileno()])
        for end in (job, job_end, desk_end):
            end.close()
        return desk

    def _fork_student(self, desk: socket.socket, request: dict[str, Any]) -> None:
        mine, theirs = socket.socketpair()
        user = sandbox.user_of_this_process()
        def enter(socks: list[socket.socket]) -> None:
            cell = sandbox.Cell(
                self.order["sandbox"], request["limits"], self.order["visible"], user
            )
            cell.enter(socks[0], request["files"], request["folder"])
            student.serve(socks[0], self.shell, request["settings"])

        pid = _fork([theirs], enter)
        wire.send(desk, {"pid": pid})
        socket.send_fds(desk, [b"x"], [mine.fileno()])
        mine.close()
        theirs.close()


def _fork(ends: list[socket.socket], child: Callable[[list[socket.socket]], None]) -> int:
    """Fork a child that holds nothing open but its sockets; it never comes back."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        sandbox.die_with_parent()
        _keep_only(ends)
        child([socket.socket(fileno=FIRST_SOCKET + n) for n in range(len(ends))])
        status = 0
    except wire.BrokenError:
        status = 0
    finally:
        _leave(status)


def _leave(status: int) -> NoReturn:
    os._exit(status)


def _keep_only(ends: list[socket.socket]) -> None:
    """Put the sockets on descriptors of their own, and nothing on all others.

    A number that was open stays taken: some object from before the fork, such as a font, may
    close it one day.
    """
    high = [fcntl.fcntl(end.fileno(), fcntl.F_DUPFD_CLOEXEC, 2 * FIRST_SOCKET) for end in ends]
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(FIRST_SOCKET):
        if number != null and (number < 3 or _is_open(number)):
            os.dup2(null, number, inheritable=number < 3)
    for n, fd in enumerate(high):
        os.dup2(fd, FIRST_SOCKET + n, inheritable=False)
    os.closerange(FIRST_SOCKET + len(ends), 1 << 16)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def import_all(modules: list[str]) -> None:
    """Import modules before anyone needs them; what cannot be imported fails where it is used."""
    said = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        warnings.simplefilter("ignore")
        for name in modules:
            if name not in sys.modules:
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
        if "matplotlib.pyplot" in sys.modules:
            _draw()
        if torch := sys.modules.get("torch"):
            torch.set_num_threads(1)
            importlib.import_module("torch._dynamo")
    gc.unfreeze()
    gc.collect()
    gc.freeze()  # what is here stays: the children need not copy it


def _draw() -> None:
    """Draw something, so that fonts are found before anyone waits for them."""
    from matplotlib import font_manager
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    for axes in figure.subplots(1, 2):
        axes.imshow([[0, 1], [2, 3]])
        axes.set_title("$x$: text")
        axes.set_xlabel("text")
    student.print_figure(figure)
    # open font files would be shared with the children, where their numbers mean something else
    font_manager._get_font.cache_clear()  # type: ignore[attr-defined]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the grader
    main()
