"""Every instrument as a widget in a real JupyterLab: shown there, set from Python and the page."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cnncourse.instruments import INSTRUMENTS, instrument

STARTS = 90  # seconds that a server may take on a busy machine
MADE = """
import ipywidgets
from cnncourse.instruments import INSTRUMENTS, instrument
made = {name: instrument(name)() for name in INSTRUMENTS}
heard, said = {}, ipywidgets.Label()
def hear(change):
    heard[change.owner.name, change.name] = change.new
    said.value = "".join(f"{name}.{trait} = {value!r}; " for (name, trait), value in heard.items())
for widget in made.values():
    widget.observe(hear, widget.state_names())
said"""
# what Python sets, and what a reader presses: a part of the page, the keys there (none: a press of
# the pointer), and what Python is to hear of it
FROM_PYTHON = {
    "kernel_explorer": {"position": 8},
    "kernel_scanner": {"stride": 3},
    "convolution_kinds": {"step": 5},
    "pooling_shift": {"right": -2},
    "pipeline": {"example": 21},
    "draw_digit": {"example": 3},
    "feature_volumes": {"network": "resnet50"},
    "receptive_field": {"layers": "3p1,3p1"},
    "gradient_depth": {"gain": 1.5},
    "compound_scaling": {"depth": 2.0},
    "architecture_browser": {"left": "resnet18"},
}
FROM_THE_PAGE = {
    "kernel_explorer": ("button:text-is('sharpen')", "", "kernel = [[0.0, -1.0, 0.0], [-1.0, 5.0"),
    "kernel_scanner": ("label:text-is('Dilation') + input", "ArrowRight", "dilation = 2"),
    "convolution_kinds": ("label:text-is('Padding') + input", "ArrowRight", "padding = 1"),
    "pooling_shift": ("button:text-is('average')", "", "mode = 'average'"),
    "pipeline": (".cnn-stage", "ArrowRight", "step = 1"),
    "draw_digit": ("canvas >> nth=0", "", "strokes = '"),
    "feature_volumes": ("canvas", "ArrowRight", "stage = 1"),
    "receptive_field": ("label:text-is('Logarithmic')", "", "log = True"),
    "gradient_depth": ("label:text-is('Batch norm')", "", "norm = False"),
    "compound_scaling": ("button:text-is('B3')", "", "image_size = 300"),
    "architecture_browser": ("label:text-is('Find a network') + input", "7", "search = '7'"),
}
CELLS = [
    MADE,
    *(f"made[{name!r}]" for name in INSTRUMENTS),
    f"for name, traits in {FROM_PYTHON!r}.items():\n    made[name].set_state(traits)",
]
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight are there, too
    "apputils-extension/notification": {"fetchNews": "false"},  # else it asks, over the notebook
}
PICTURE = """frame => frame.querySelector(".cnn-stage").innerHTML
    + [...frame.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()).join()"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab with one notebook, cells not yet run."""
    for name in INSTRUMENTS:  # some show what is measured once a machine: not while a page waits
        instrument(name)()
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
    for name, setting in SETTINGS.items():
        path = folder / f"set/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(setting))
    port = free_port()
    settings = {
        "JUPYTER_CONFIG_DIR": str(folder / "config"), "JUPYTER_RUNTIME_DIR": str(folder / "run"),
        "JUPYTER_DATA_DIR": str(folder / "data"), "JUPYTERLAB_SETTINGS_DIR": str(folder / "set"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "work"), "JUPYTER_TOKEN": "try",
    }  # fmt: skip
    log = (folder / "log.txt").open("w")
    server = subprocess.Popen(
        [Path(sys.executable).with_name("jupyter-lab"), "--no-browser", f"--port={port}",
         f"--ServerApp.root_dir={folder}", "--allow-root", "--LabApp.news_url=None",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        env=os.environ | settings, cwd=folder, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/api/status?token=try", server, folder / "log.txt")
        yield f"{address}/lab/tree/try.ipynb?token=try"
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


@pytest.fixture(scope="module")
def page(browser, lab):
    """The notebook with every instrument shown; its last cell not yet run."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    page.errors, page.served = [], {}
    page.add_locator_handler(page.locator(".jp-Dialog"), lambda asks: answer(page, asks))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("response", lambda answer: page.served.update({answer.url: answer.status}))
    page.goto(lab)
    expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(len(CELLS))
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    shown = page.locator(".cnn-instrument .cnn-words:not(:empty)")
    for cell in range(len(CELLS) - 1):
        run(page, cell)
        expect(shown).to_have_count(cell)
    yield page
    expect.set_options(timeout=5_000)
    context.close()


def answer(page, asks):
    """Say yes to what JupyterLab asks over the notebook, such as that its server was slow."""
    logging.warning("JupyterLab asks: %s", asks.inner_text())
    asks.locator(".jp-mod-accept").click()


def run(page, cell):
    """Run a cell; keys are lost while JupyterLab still starts, so until it says that it runs."""
    place = page.locator(".jp-CodeCell").nth(cell)
    prompt = place.locator(".jp-InputPrompt")
    while prompt.inner_text() == "[ ]:":
        place.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        with suppress(AssertionError):
            expect(prompt).not_to_have_text("[ ]:", timeout=1_000)


def frame_of(page, name):
    return page.locator(f".cnn-instrument[data-name={name}]")


def test_every_instrument_is_shown_by_the_extension_that_the_server_has(page):
    shown = page.locator(".cnn-instrument").evaluate_all("all => all.map(e => e.dataset.name)")
    assert shown == list(INSTRUMENTS)
    assert page.locator(".jp-OutputArea-output img").count() == 0  # the view, not its still twin
    assert page.locator('[data-mime-type*="stderr"], [data-mime-type*="error"]').count() == 0
    anywidget = {
        url: status for url, status in page.served.items() if "extensions/anywidget" in url
    }
    assert set(anywidget.values()) == {200}
    assert page.errors == []


def test_a_trait_set_in_python_changes_the_picture_and_the_words(page):
    before = {name: look(frame_of(page, name)) for name in INSTRUMENTS}
    run(page, len(CELLS) - 1)
    for name, (picture, words) in before.items():
        frame = frame_of(page, name)
        expect(frame.locator(".cnn-words"), name).not_to_have_text(words)
        assert frame.evaluate(PICTURE) != picture, name
    assert page.errors == []


def look(frame):
    return frame.evaluate(PICTURE), frame.locator(".cnn-words").inner_text()


@pytest.mark.parametrize("name", FROM_THE_PAGE)
def test_a_change_by_mouse_or_keyboard_reaches_python(page, name):
    part, keys, heard = FROM_THE_PAGE[name]
    place = frame_of(page, name).locator(part)
    if keys:
        place.focus()
        page.keyboard.press(keys)
    else:
        place.click()
    expect(page.locator(".jp-OutputArea .widget-label")).to_contain_text(f"{name}.{heard}")
    assert page.errors == []


def test_it_follows_jupyterlabs_theme_and_keeps_its_own_keys(page):
    frame = frame_of(page, "kernel_explorer")
    light = frame.evaluate("e => getComputedStyle(e).backgroundColor")
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert frame.evaluate("e => getComputedStyle(e).backgroundColor") != light
    cells = frame.locator("[aria-label^='Image'] .cnn-cell")
    cells.first.click()
    page.keyboard.press("ArrowRight")  # not JupyterLab's: no cell is chosen by it
    expect(cells.nth(1)).to_be_focused()
