import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnncourse.instruments import instrument

ROOT = Path(__file__).parents[2]
DRAWN = """() => new Promise(done => setTimeout(() => requestAnimationFrame(() =>
    requestAnimationFrame(done))))"""


@pytest.fixture(scope="session")
def alone(tmp_path_factory):
    """The path of a page with one instrument in its initial state."""
    folder = tmp_path_factory.mktemp("instruments")

    def page_of(name):
        path = folder / f"{name}.html"
        if not path.is_file():
            path.write_text(instrument(name)().to_html(), "utf-8")
        return path

    return page_of


@pytest.fixture
def play(browser, alone):
    """Open one instrument alone, from disk.

    `play(name, fragment="", state={}, **options)`: the state reaches it by the address; options are
    those of a browser context, such as viewport, color_scheme, has_touch, reduced_motion. What went
    wrong is in page.problems; page.settle() waits until the last change is drawn.
    """
    contexts = []

    def open_instrument(name, fragment="", state=None, **options):
        if state:
            fragment = f"#{instrument(name)(**state).fragment()}"
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(f"error: {error}"))
        page.on("console", lambda said: page.problems.append(f"console: {said.text}"))
        page.settle = lambda: page.evaluate(DRAWN)
        page.goto(alone(name).as_uri() + fragment)
        page.wait_for_selector(f"[data-name={name}] .cnn-words:not(:empty)")
        return page

    yield open_instrument
    for context in contexts:
        context.close()


@pytest.fixture
def node(tmp_path):
    """Run tests/js/NAME.test.mjs against vectors: `node("conv", {...NumPy or plain data...})`."""

    def run(name, vectors):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(vectors, default=lambda array: array.tolist()))
        done = subprocess.run(
            [Path(sys.executable).with_name("node"), "--test", ROOT / f"tests/js/{name}.test.mjs"],
            capture_output=True, text=True, env={"VECTORS": str(file), "PATH": ""}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    return run


@pytest.fixture
def rng():
    return np.random.default_rng(0)
