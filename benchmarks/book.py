"""Time how long the book takes to build, and each of its pages to run.

    python benchmarks/book.py [--out benchmarks/results/book.json]

The book is built twice into an empty folder: cold, so that every page runs, and warm, so that none
does. Of each page it prints the seconds that its cells took, as MyST-NB records them, beside the
budget of 20 for a page. The limits for the whole are 8 minutes cold and 60 seconds warm, on two
cores. `load` says how many processes were waiting: on a busy machine the seconds on the clock say
little, and the processor's, which are given beside them, are those to look at.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BUILD = ("jupyter-book", "build", ".", "-W", "-n", "--keep-going", "--path-output")
PAGE, COLD, WARM = 20, 480, 60  # seconds


def build(folder: Path) -> dict[str, float]:
    """Build the book into a folder; return seconds on the clock and of the processor."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run(
        [Path(sys.executable).with_name(BUILD[0]), *BUILD[1:], folder],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        sys.exit(f"{run.stdout[-3000:]}\n{run.stderr[-3000:]}\nthe book could not be built")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": round(time.perf_counter() - start, 1), "processor": round(spent, 1)}


def pages_of(folder: Path) -> dict[str, float]:
    """Return how many seconds each page's cells took, from the record of executed pages."""
    with closing(sqlite3.connect(folder / "_build/.jupyter_cache/global.db")) as kept:
        rows = kept.execute("SELECT uri, data FROM nbcache").fetchall()
    return {
        Path(uri).relative_to(ROOT).with_suffix("").as_posix(): round(seconds_in(data), 1)
        for uri, data in sorted(rows)
    }


def seconds_in(data: str) -> float:
    """Read the seconds off a record.

    Examples
    --------
    >>> seconds_in('{"execution_seconds": 1.5}')
    1.5
    """
    return float(json.loads(data)["execution_seconds"])


def verdicts(report: dict[str, Any]) -> list[str]:
    """Say what is over its limit.

    Examples
    --------
    >>> spent = {"seconds": 500.0}
    >>> verdicts({"pages": {"book/a": 21.0}, "cold": spent, "warm": {"seconds": 1.0}})
    ['book/a: 21 s, over 20', 'cold: 500 s, over 480']
    """
    limits = [(name, seconds, PAGE) for name, seconds in report["pages"].items()]
    limits += [(name, report[name]["seconds"], most) for name, most in
               (("cold", COLD), ("warm", WARM))]  # fmt: skip
    return [f"{name}: {spent:.0f} s, over {most}" for name, spent, most in limits if spent > most]


def main() -> None:
    """Build, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        report: dict[str, Any] = {"cold": build(Path(name)), "warm": build(Path(name))}
        report["pages"] = pages_of(Path(name))
    print(f"{'page':40}{'seconds':>9}   of {PAGE}")
    for page, seconds in report["pages"].items():
        print(f"{page:40}{seconds:>9.1f}")
    for name, most in (("cold", COLD), ("warm", WARM)):
        spent = report[name]
        print(f"{name:40}{spent['seconds']:>9.1f}   of {most} (processor: {spent['processor']})")
    if options.out:
        about = {
            "command": "python benchmarks/book.py", "date": date.today().isoformat(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
            "load": round(load, 1),
            "limits": {"page": PAGE, "cold": COLD, "warm": WARM}, "units": "seconds",
        }  # fmt: skip
        partial = options.out.with_suffix(".partial")
        partial.write_text(json.dumps(about | report, indent=1) + "\n", "utf-8")
        partial.replace(options.out)
    if over := verdicts(report):
        sys.exit("\n".join(over))


if __name__ == "__main__":
    main()
