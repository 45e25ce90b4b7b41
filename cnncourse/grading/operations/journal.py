"""The journal: a line of JSON for each finished job, on the disk before the gradebook hears of it.

A line is written whole and synchronised; a line that a crash tore is dropped when the journal is
opened, and its job runs again. Executed notebooks lie beside the journal, named by what they are.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cnncourse.errors import SetupError
from cnncourse.grading.results import Part, Result


@dataclass(frozen=True)
class Entry:
    """A finished job.

    Parameters
    ----------
    run : str
        Of which run it was a part.
    when : str
        When it was finished, in ISO format, UTC.
    submission : str
        Hash of the file that was handed in.
    notebook : str
        The name of the executed notebook in the store.
    keys : dict of str to str
        The key of each part that was run, by its grade_id.
    result : Result
        Of these parts; its notebook is in the store.
    seconds : float
        How long it took, wall time.
    worker : str
        Where it ran.
    """

    run: str
    when: str
    submission: str
    notebook: str
    keys: Mapping[str, str]
    result: Result
    seconds: float
    worker: str

    def to_json(self) -> str:
        """Write it as one line."""
        content = {**vars(self), "result": json.loads(replace(self.result, notebook="").to_json())}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> Entry:
        """Read a line."""
        content: dict[str, Any] = json.loads(line)
        content["result"] = Result.from_json(json.dumps(content["result"]))
        return cls(**content)


class Journal:
    """The finished jobs of an assignment.

    Parameters
    ----------
    path : Path
        Of the journal; the store of notebooks is a folder of its name beside it. Nothing is
        written before the first job is noted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._store = path.with_suffix("")
        self._by_key: dict[str, Entry] = {}
        self._latest: dict[str, Entry] = {}
        self._file: int | None = None
        for entry in self._read():
            self._learn(entry)

    def part(self, key: str) -> tuple[Entry, Part] | None:
        """Find what a part came to, by its key."""
        entry = self._by_key.get(key)
        if entry is None:
            return None
        grade_id = next(name for name, own in entry.keys.items() if own == key)
        part = next((p for p in entry.result.parts if p.grade_id == grade_id), None)
        return (entry, part) if part else None

    def latest(self, student: str) -> Entry | None:
        """Find the newest entry of a student."""
        return self._latest.get(student)

    def note(self, entries: Iterable[Entry]) -> None:
        """Write entries down; when this returns, they are on the disk.

        Raises
        ------
        SetupError
            If they could not be written; then none of them counts.
        """
        entries = list(entries)
        text = "".join(entry.to_json() + "\n" for entry in entries).encode()
        try:
            handle = self._open()
            end = os.lseek(handle, 0, os.SEEK_END)
            try:
                _write_all(handle, text)
                os.fsync(handle)
            except BaseException:  # Ctrl+C, too, leaves whole lines
                os.ftruncate(handle, end)
                raise
        except OSError as error:
            raise SetupError(f"{self.path}: not written: {error.strerror}") from error
        for entry in entries:
            self._learn(entry)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    # --- executed notebooks ---

    def keep(self, name: str, notebook: str) -> None:
        """Keep an executed notebook.

        Parameters
        ----------
        name : str
            The hash of all that the notebook depends on.
        notebook : str
            As JSON.
        """
        path = self._stored(name)
        new = path.with_suffix(".new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(gzip.compress(notebook.encode(), 5, mtime=0))
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise SetupError(f"{path}: not written: {error.strerror}") from error

    def kept(self, name: str) -> str | None:
        """Read an executed notebook; None where there is none, or it is damaged."""
        try:
            return gzip.decompress(self._stored(name).read_bytes()).decode()
        except (FileNotFoundError, EOFError, gzip.BadGzipFile):
            return None

    def has(self, name: str) -> bool:
        """Whether an executed notebook is kept."""
        return self._stored(name).is_file()

    def _stored(self, name: str) -> Path:
        return self._store / name[:2] / f"{name}.ipynb.gz"

    # --- the file ---

    def _learn(self, entry: Entry) -> None:
        self._by_key.update(dict.fromkeys(entry.keys.values(), entry))
        self._latest[entry.result.student] = entry

    def _read(self) -> Iterator[Entry]:
        """Read the whole lines; one that is torn or damaged is a job that is not done."""
        if not self.path.is_file():
            return
        with self.path.open("rb") as file:
            for line in file:
                with suppress(ValueError, TypeError, KeyError):
                    if line.endswith(b"\n"):
                        yield Entry.from_json(line.decode())

    def _open(self) -> int:
        """Open for writing, behind the last whole line."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            os.ftruncate(self._file, _whole_lines(self._file))
        return self._file


def _whole_lines(handle: int) -> int:
    """Measure a file up to its last line end, in bytes."""
    end = os.lseek(handle, 0, os.SEEK_END)
    while end:
        start = max(0, end - 65_536)
        found = os.pread(handle, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]
