"""What a process and all that came from it use, as the kernel counts it; and their end."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """CPU seconds, and bytes of memory that are a process's own."""

    cpu: float = 0.0
    memory: int = 0


def family(pid: int) -> list[int]:
    """Number a process and its descendants, parents first; only itself where /proc is missing."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def usage(pid: int, at_start: int = 0) -> Usage:
    """Add up what a process and its descendants use.

    Parameters
    ----------
    pid : int
    at_start : int
        Bytes that each of them had when it was forked, which are not counted.
    """
    cpu, memory = 0.0, 0
    for one in family(pid):
        with contextlib.suppress(OSError, IndexError, ValueError):
            cpu += _cpu(one)
            memory += max(0, own_memory(one) - at_start)
    return Usage(cpu, memory)


def own_memory(pid: int) -> int:
    """Count the bytes of a process that are in memory and not in a file; 0 where it is gone."""
    return _status(pid, "RssAnon:", "RssShmem:")


def data_size() -> int:
    """Count the bytes of data of this process, in memory or not."""
    return _status(os.getpid(), "VmData:")


def _status(pid: int, *names: str) -> int:
    total = 0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().split("\n"):
            if line.startswith(names):
                total += int(line.split()[1]) << 10
    return total


def kill_family(pid: int) -> None:
    """End a process and its descendants, and look again until none is left to end."""
    for _ in range(20):
        members = family(pid)
        for one in members:
            with contextlib.suppress(OSError):
                os.kill(one, signal.SIGKILL)
        if members == [pid]:
            return


def _cpu(pid: int) -> float:
    """CPU seconds of a process and of those of its children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS
