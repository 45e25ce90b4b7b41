"""formgrader in a real browser on our gradebook: a grade given there stays through a regrade."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from classroom import NAME, change_tests
from nbgrader.api import Gradebook
from playwright.sync_api import expect

from cnncourse.grading.course import Course
from cnncourse.grading.operations.autograde import Options

ROOT = Path(__file__).parents[3]
TOKEN = "for-this-test-only"
NO_MATHJAX = """window.MathJax = {Hub: {
    Config() {}, Queue() {}, Startup: {signal: {Interest() {}}}, Register: {StartupHook() {}},
}};"""


@pytest.fixture
def graded(collected, graders, tmp_path) -> Course:
    course = Course(shutil.copytree(collected.folder, tmp_path / "course"))
    course.autograde(NAME)
    return course


@pytest.fixture
def address(graded, tmp_path):
    """A Jupyter server in the course folder, as an instructor starts it."""
    log = tmp_path / "jupyter.log"
    settings = {"JUPYTER_CONFIG_DIR": str(tmp_path / "settings"), "IPYTHONDIR": str(tmp_path)}
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "jupyter", "server", "--no-browser",
             "--allow-root", "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1",
             f"--IdentityProvider.token={TOKEN}"],
            cwd=graded.folder, env={**os.environ, **settings}, stdout=file, stderr=file,
            start_new_session=True,
        )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while not (found := re.findall(r"http://127\.0\.0\.1:\d+/", log.read_text())):
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.2)
        yield found[0]
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


@pytest.fixture
def page(browser, address):
    opened = browser.new_page(extra_http_headers={"Authorization": f"token {TOKEN}"})
    opened.set_default_timeout(60_000)
    expect.set_options(timeout=30_000)
    # nbgrader's pages ask for MathJax at an outside address, and stop where it is not
    opened.route(
        lambda url: not url.startswith(address),
        lambda route: route.fulfill(body=NO_MATHJAX, content_type="text/javascript"),
    )
    yield opened
    opened.close()
    expect.set_options(timeout=5_000)  # as it is


def submission_of(course, student):
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "cnncourse") as book:
        return book.find_submission_notebook(NAME, NAME, student).id


def manual_score(course, student):
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "cnncourse") as book:
        return book.find_grade("explain", NAME, NAME, student).manual_score


def test_a_grade_given_in_formgrader_is_kept_through_a_regrade(graded, address, page):
    where = f"{address}formgrader/submissions/{submission_of(graded, 's0001')}/"
    page.goto(where)
    scores = page.locator("input.score")
    for place, score in enumerate(("2", "1")):
        expect(scores.nth(place)).to_have_attribute("placeholder", score)
    expect(scores.nth(2)).to_have_value("")
    said = page.locator("textarea.comment").nth(1)
    expect(said).to_have_attribute("placeholder", re.compile("0 is even."))
    scores.nth(2).fill("2.5")
    with page.expect_response(lambda got: "/api/grade/" in got.url) as saved:
        scores.nth(2).press("Tab")
    assert saved.value.ok
    assert manual_score(graded, "s0001") == 2.5

    change_tests(graded, "== 41", "== 41.5")
    (result,) = graded.autograde(NAME, Options(only="s0001", force=True))
    assert (result.score, result.manual_score) == (1, 2.5)
    page.goto(where)
    expect(scores.nth(2)).to_have_value("2.5")
    expect(scores.nth(0)).to_have_attribute("placeholder", "0")
