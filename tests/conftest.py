"""One browser for all tests of a process: a second one cannot be driven beside it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))


@pytest.fixture(scope="session")
def browser():
    from browser import find_chromium, open_browser

    try:
        find_chromium()
    except FileNotFoundError as problem:
        pytest.fail(str(problem), pytrace=False)
    with open_browser() as opened:
        yield opened
