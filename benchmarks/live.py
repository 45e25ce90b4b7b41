"""How long a reader waits for Python in a page: python benchmarks/live.py [--out FILE]

Opens the chapter on convolution of the built book in Chromium, served by this machine, with an
empty browser cache (cold) and again with a full one (cached), and times from the press of Run to
the output: of the first NumPy cell, of the same cell again, and of the first figure. Beside each
wall time stands the processor time of all processes of the browser: on a busy machine the wall
time says more about the others.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tools"))

from browser import FLAGS, find_chromium  # noqa: E402
from serve import make_server  # noqa: E402

CHAPTER = "book/02_convolution/index.html"
NUMPY_CELL, FIGURE_CELL = "ramp = np.arange", "gaussian_blur"
LIMITS = {"cold": 6.0, "cached": 3.0}  # seconds to the first NumPy result
PATIENCE = 300_000  # ms


def browser_seconds(profile: str) -> float:
    """Add up the processor time of the processes that name this profile, and their children."""
    times, parents = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_text()
            except OSError:
                continue
            times[folder.name] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
            parents[folder.name] = "root" if profile in command else fields[1]

    def belongs(process: str | None) -> bool:
        while process in parents:
            process = parents[process]
        return process == "root"

    return sum(seconds for process, seconds in times.items() if belongs(process))


def run_cell(page: Page, words: str, output: str, profile: str) -> dict[str, float]:
    """Press Run of a live cell; return the seconds until its output stands there."""
    cell = page.locator(".cell.tag_live").filter(has_text=words)
    before, start = browser_seconds(profile), time.perf_counter()
    cell.get_by_role("button", name="Run", exact=True).click()
    cell.locator(f".live-output {output}").first.wait_for()
    cell.get_by_text("ran in").wait_for()
    wall = time.perf_counter() - start
    return {"wall": round(wall, 2), "processor": round(browser_seconds(profile) - before, 2)}


def visit(context: BrowserContext, address: str, profile: str) -> dict[str, dict[str, float]]:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    times = {
        "first NumPy result": run_cell(page, NUMPY_CELL, "pre", profile),
        "the same cell again": run_cell(page, NUMPY_CELL, "pre", profile),
        "first figure after it": run_cell(page, FIGURE_CELL, "img", profile),
    }
    page.close()
    return times


def measure(address: str) -> dict[str, Any]:
    """Visit with an empty cache and with a full one."""
    with tempfile.TemporaryDirectory(prefix="live-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=find_chromium(), args=list(FLAGS)
        )
        try:
            return {state: visit(context, address, profile) for state in ("cold", "cached")}
        finally:
            context.close()


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Take the median of each number over the runs."""
    return {
        key: middle([run[key] for run in runs]) if isinstance(value, dict)
        else median(run[key] for run in runs)
        for key, value in runs[0].items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, help="write the results there as JSON")
    parser.add_argument("--runs", type=int, default=3, help="the median of so many is taken")
    options = parser.parse_args()
    with make_server(ROOT / "_build/html") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/{CHAPTER}"
        load = os.getloadavg()[0]
        result = middle([measure(address) for _ in range(options.runs)])
        server.shutdown()
    result = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores", "load": round(load, 1),
        "runs": options.runs, "seconds": result,
    }
    for state, limit in LIMITS.items():
        for name, took in result["seconds"][state].items():
            wall, processor = took["wall"], took["processor"]
            print(f"{state:7} {name:22} {wall:6.2f} s, processor {processor:6.2f} s")
        print(f"        bound for the first NumPy result: {limit} s")
    if options.out:
        part = options.out.with_suffix(".part")
        part.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        part.replace(options.out)


if __name__ == "__main__":
    main()
