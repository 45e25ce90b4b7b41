"""Fetching a file: in pieces that survive a broken connection, checked before it is used."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from cnncourse.errors import SetupError

PIECE = 1 << 20  # bytes
WAIT = 15.0  # seconds until a silent server counts as gone

Progress = Callable[[int, int], None]  # bytes so far, bytes in all (0 if the server does not say)


def fetch(
    url: str,
    path: Path,
    checksum: str,
    attempts: int = 3,
    pause: float = 2.0,
    progress: Progress | None = None,
) -> Path:
    """Bring a file to this machine unless it is here already.

    Parameters
    ----------
    url : str
    path : Path
        Where it goes. An attempt that breaks off leaves `path` with .part added, and the next
        goes on from there.
    checksum : str
        What the file's sum must be, in hexadecimal: MD5 if it has 32 digits, else SHA-256.
    attempts : int
    pause : float
        Seconds before the second attempt; twice as long before each later one.
    progress : callable, optional
        Told the bytes so far and in all.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    SetupError
        If every attempt fails, with the last reason.
    """
    if path.exists() and _sum(path, checksum) == checksum:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    problem: object = ""
    for attempt in range(attempts):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        try:
            _receive(url, part, progress)
        except (OSError, URLError) as error:
            problem = getattr(error, "reason", error)
            continue
        if _sum(part, checksum) == checksum:
            return part.replace(path)
        part.unlink()
        problem = "what came is not the file that was published"
    raise SetupError(f"{url}: {attempts} attempts failed, the last with: {problem}")


def _receive(url: str, part: Path, progress: Progress | None) -> None:
    """Append to `part` what it lacks."""
    have = part.stat().st_size if part.exists() else 0
    request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urlopen(request, timeout=WAIT)
    except HTTPError as error:
        if error.code == 416:  # nothing is left to send: the sum will tell if it is right
            return
        raise
    with answer:
        resumes = answer.status == 206
        done = have if resumes else 0
        total = done + int(answer.headers.get("Content-Length", 0))
        with part.open("ab" if resumes else "wb") as file:
            while piece := answer.read(PIECE):
                file.write(piece)
                done += len(piece)
                if progress:
                    progress(done, total)
    if done < total:
        raise ConnectionError(f"the connection closed after {done} of {total} bytes")


def _sum(path: Path, like: str) -> str:
    """Sum a file up in the way that gives as many digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5" if len(like) == 32 else "sha256").hexdigest()
