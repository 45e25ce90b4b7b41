"""Find a Chromium on this machine and open it without a window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

CANDIDATES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


# the book's pages lay a section out when it comes near; a page with this script, all of them
LAY_OUT = """document.addEventListener("DOMContentLoaded", () => {
    const style = document.createElement("style");
    style.textContent = "section { content-visibility: visible !important; }";
    document.head.append(style);
})"""

def find_chromium() -> str:
    """Return the path of the browser; $CHROMIUM names one that is elsewhere.

    Raises
    ------
    FileNotFoundError
        Saying what to install.
    """
    for name in (os.environ.get("CHROMIUM", ""), *CANDIDATES):
        path = shutil.which(name) if name else None
        if path:
            return path
    raise FileNotFoundError(
        "no Chromium or Google Chrome found: 'apt install chromium' or "
        "'brew install --cask google-chrome', or name one in $CHROMIUM"
    )


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the browser; it is closed when the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
