"""One writer at a time on a course: what the gradebook and the journal stand on."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnncourse.errors import SetupError

LOCK_FILE = ".writer.lock"


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold a course folder as its only writer.

    The system lets go of the lock when the process ends, however it ends: there is no stale one.

    Parameters
    ----------
    folder : Path
        Of the course.

    Raises
    ------
    SetupError
        If another process holds it, or the folder cannot be written to.
    """
    path = Path(folder) / LOCK_FILE
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise SetupError(f"{folder}: cannot be written to: {error.strerror}") from error
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = file.read().strip() or "another process"
            words = f"{folder}: {holder} is at work on this course; wait until it is done"
            raise SetupError(words) from error
        _sign(file.fileno())
        yield


def _sign(handle: int) -> None:
    """Say who holds the lock; on a full disk the lock holds without a name."""
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)
    except OSError:
        return
