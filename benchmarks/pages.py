"""Weigh the pages of the built book, and time until a reader can use them.

    make book
    python benchmarks/pages.py [--runs 5] [--out benchmarks/results/pages.json] [PAGE ...]

Each page is opened over http by a Chromium that has nothing stored, at 1280 x 800 pixels, so many
times; the figures are medians.

- **opened**: kilobytes that come over the line until the page is at rest, nothing being compressed.
- **read**: the same when its reader has gone to the end, where what waited comes too: pictures and
  instruments.
- **interactive**: milliseconds from the request until the page answers: until its first text is
  painted, its scripts have run (DOMContentLoaded), and the last long task (over 50 ms) is over,
  after which two seconds pass without another. (The usual "time to interactive" waits five, for
  networks slower than a machine's own.)
- **busy**: milliseconds of CPU time of the page's process. They hardly depend on what else the
  machine is doing; interactive does, so `load` says how many processes were waiting.

The first row is an empty page: what the browser and the machine take at that moment for nothing.
The limits are 1,500 kB and 1,000 ms for every chapter.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import re
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html"
EMPTY = "data:text/html,<!doctype html><title>empty</title>"
LIMITS = {"opened": 1500, "interactive": 1000}  # kB, ms
LONG_TASKS = """
    window.longTasks = [];
    new PerformanceObserver(list => window.longTasks.push(
        ...list.getEntries().map(task => task.startTime + task.duration)
    )).observe({type: "longtask", buffered: true});
"""
INTERACTIVE = """async () => {
    const ready = performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd;
    const painted = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
    const answers = () => Math.max(painted, ready, ...window.longTasks);
    while (performance.now() < answers() + 2000) await new Promise(done => setTimeout(done, 100));
    return answers();
}"""
TO_THE_END = """async () => {
    const { body } = document;
    for (let top = 0; top < body.scrollHeight; top += innerHeight) {
        scrollTo({ top, behavior: "instant" });
        await new Promise(done => setTimeout(done, 100));
    }
    for (const picture of document.images) picture.loading = "eager";
    await Promise.all([...document.images].map(picture => picture.decode().catch(() => 0)));
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serve files without a line for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder, and give its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def cpu_seconds(browser: Browser) -> float:
    """Add up the CPU time of the processes that draw pages."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(process["cpuTime"] for process in processes if process["type"] == "renderer")


def open_once(browser: Browser, address: str) -> dict[str, float]:
    """Open a page with nothing stored, and return its figures."""
    before = cpu_seconds(browser)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(LONG_TASKS)
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    received: list[float] = []
    protocol.on("Network.loadingFinished", lambda it: received.append(it["encodedDataLength"]))
    protocol.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    interactive = page.evaluate(INTERACTIVE)
    opened = sum(received)
    busy = cpu_seconds(browser) - before
    page.evaluate(TO_THE_END)
    page.wait_for_load_state("networkidle")
    context.close()
    return {"opened": opened / 1e3, "read": sum(received) / 1e3, "interactive": interactive,
            "busy": 1e3 * busy}  # fmt: skip


def measure(browser: Browser, address: str, runs: int) -> dict[str, int]:
    """Return the medians of several runs, rounded."""
    found = [open_once(browser, address) for _ in range(runs)]
    return {name: round(statistics.median(run[name] for run in found)) for name in found[0]}


def too_much(page: str, figures: dict[str, int]) -> str:
    """Say which limits a chapter is over; nothing for other pages."""
    if not re.match(r"book/\d", page):
        return ""
    over = [name for name, most in LIMITS.items() if figures[name] > most]
    return ", ".join(f"{name} over {LIMITS[name]:,}" for name in over)


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="such as book/02_convolution/index.html; else all")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    sys.path.append(str(ROOT / "tools"))
    from browser import open_browser

    there = HTML.glob("book/**/*.html")
    pages = options.pages or sorted(path.relative_to(HTML).as_posix() for path in there)
    if not pages:
        sys.exit(f"{HTML} holds no book: run `make book` first")
    load = os.getloadavg()[0]
    print(f"{'page':40}{'opened kB':>10}{'read kB':>9}{'interactive ms':>16}{'busy ms':>9}")
    found = {}
    with served(HTML) as address, open_browser() as browser:
        open_once(browser, f"{address}/{pages[0]}")  # the browser itself is new, too
        addresses = {"an empty page": EMPTY} | {page: f"{address}/{page}" for page in pages}
        for page, where in addresses.items():
            figures = found[page] = measure(browser, where, options.runs)
            print(f"{page:40}{figures['opened']:>10,}{figures['read']:>9,}"
                  f"{figures['interactive']:>16,}{figures['busy']:>9,}  {too_much(page, figures)}")
        chromium = browser.version
    if options.out:
        report = {
            "date": date.today().isoformat(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
            "load": round(load, 1), "chromium": chromium, "runs": options.runs,
            "units": {"opened": "kB", "read": "kB", "interactive": "ms", "busy": "ms"},
            "pages": found,
        }  # fmt: skip
        partial = options.out.with_suffix(".partial")
        partial.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
        partial.replace(options.out)


if __name__ == "__main__":
    main()
