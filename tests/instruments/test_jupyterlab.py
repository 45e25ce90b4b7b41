"""A widget in a real JupyterLab: traits set in Python show there, presses there reach Python."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

STARTS = 90  # seconds that a server may take on a busy machine
CELLS = [
    "from cnncourse.instruments import KernelExplorer\nexplorer = KernelExplorer(position=8)",
    "explorer",
    "explorer.position = 30",
    "print('Python has', explorer.kernel, explorer.position)",
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab with one notebook, cells not yet run."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = {
        "cells": [
            {"cell_type": "code", "id": f"cell-{k}", "source": source, "metadata": {},
             "outputs": [], "execution_count": None}
            for k, source in enumerate(CELLS)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    (folder / "try.ipynb").write_text(json.dumps(notebook))
    port = free_port()
    settings = {
        "JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_RUNTIME_DIR": str(folder / "run"),
        "JUPYTER_DATA_DIR": str(folder / "data"), "JUPYTERLAB_SETTINGS_DIR": str(folder / "set"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "work"),
    }  # fmt: skip
    log = (folder / "log.txt").open("w")
    server = subprocess.Popen(
        [Path(sys.executable).with_name("jupyter-lab"), "--no-browser", f"--port={port}",
         "--ServerApp.token=", f"--ServerApp.root_dir={folder}", "--allow-root",
         "--LabApp.news_url=None", "--ServerApp.disable_check_xsrf=True",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        env=os.environ | settings, cwd=folder, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api/status", server, folder / "log.txt")
        yield f"{address}/lab/tree/try.ipynb"
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def wait_for(address, server, log):
    deadline = time.monotonic() + STARTS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


def test_state_goes_both_ways(browser, lab):
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(lab)
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    expect(cells).to_have_count(len(CELLS), timeout=60_000)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()

    def run(cell):
        cells.nth(cell).locator(".cm-content").click()
        page.keyboard.press("Control+Enter")

    run(0)
    run(1)
    frame = page.locator(".cnn-instrument")
    words = frame.locator(".cnn-words")
    expect(words).to_contain_text("At row 2, column 2", timeout=60_000)
    run(2)  # Python to the page
    expect(words).to_contain_text("At row 5, column 3", timeout=30_000)
    frame.get_by_role("button", name="sharpen", exact=True).click()  # the page to Python
    frame.get_by_role("button", name="Next").click()
    run(3)
    printed = cells.nth(3).locator(".jp-OutputArea-output")
    expect(printed).to_contain_text("[-1.0, 5.0, -1.0]", timeout=30_000)
    expect(printed).to_contain_text("31")

    light = frame.evaluate("e => getComputedStyle(e).backgroundColor")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert frame.evaluate("e => getComputedStyle(e).backgroundColor") != light
    box = frame.locator("[aria-label^='Image'] .cnn-cell").first
    box.click()
    page.keyboard.press("ArrowRight")  # not JupyterLab's: no cell is chosen by it
    expect(frame.locator("[aria-label^='Image'] .cnn-cell").nth(1)).to_be_focused()
    context.close()
