"""Live cells, the exercise in the page and JupyterLab, in a real browser with a real Python.

Python takes seconds to load, so the tests of a page share one tab and go down it in order.
"""

import json
import re
import threading
from pathlib import Path

import pytest
from browser import LAY_OUT

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import read_exercise
from cnncourse.grading.annotate import release_of
from cnncourse.grading.intake import rebuild

ROOT = Path(__file__).parents[2]
CHAPTER = "book/02_convolution/index.html"
WORKBOOK = "book/02_convolution/workbook.html"
LAB = "lite/lab/index.html?path=02_convolution.ipynb"
EXPLORER = """from cnncourse.instruments import KernelExplorer
import ipywidgets
explorer, said = KernelExplorer(position=8), ipywidgets.Label()
explorer.observe(lambda new: setattr(said, "value", f"Python has {explorer.kernel[1]}"), "kernel")
explorer.position = 30
display(explorer, said)"""
LIVELY = [
    f"book/{path.parent.name}/index.html"
    for path in sorted(ROOT.glob("book/[0-9]*/index.md"))
    if re.search(r"^:?tags: \[.*\blive\b", path.read_text("utf-8"), re.M)
]
PATIENCE = 300_000  # ms, for what loads Python on a busy machine


class Tab:
    """A page that is kept open, with what went wrong in it."""

    def __init__(self, browser, origin, path):
        self.context = browser.new_context()
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.add_init_script(LAY_OUT)
        self.origin, self.problems = origin, []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self.note(request.url))
        self.page.goto(f"{origin}/{path}")

    def note(self, url):
        if not url.startswith((self.origin, "data:", "blob:")):
            self.problems.append(f"outside request: {url}")

    def cell(self, words):
        return Cell(self.page.locator(".cell.tag_live").filter(has_text=words))

    def part(self, kind, name):
        return self.page.locator(f".workbook-{kind}[data-id={name}]")


class Cell:
    """A live cell of the open page; its words are those of the book, whatever is written since."""

    def __init__(self, place):
        self.place = place
        self.label = place.locator(".live-bar").get_attribute("aria-label")

    def press(self, name):
        self.place.get_by_role("button", name=name, exact=True).click()

    def done(self):
        self.place.get_by_role("button", name="Run", exact=True).wait_for()
        return self.place.locator(".live-output").inner_text()

    def run(self, code=None):
        if code is not None:
            self.write(code)
            self.place.page.keyboard.press("Shift+Enter")
        else:
            self.press("Run")
        return self.done()

    def write(self, code):
        edit = self.place.get_by_role("button", name="Edit", exact=True)
        if edit.is_visible():
            edit.click()
        text = self.place.locator(".cm-content")
        text.wait_for()
        text.press("Control+a")
        self.place.page.keyboard.insert_text(code)


@pytest.fixture(scope="module")
def isolated(html, load):
    """The book's address, served as `make serve` does it."""
    with load(ROOT / "tools" / "serve.py").make_server(html) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def chapter(browser, isolated):
    tab = Tab(browser, isolated, CHAPTER)
    yield tab
    tab.context.close()


@pytest.fixture(scope="module")
def workbook(browser, isolated):
    tab = Tab(browser, isolated, WORKBOOK)
    yield tab
    tab.context.close()


# --- live cells ---


def test_nothing_is_loaded_before_the_first_run_and_saved_output_stands(chapter):
    loaded = chapter.page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert not [name for name in loaded if "pyodide" in name or "editor.js" in name]
    cell = chapter.cell("ramp = np.arange")
    assert "[6. 6. 6.]" in cell.place.locator(".cell_output").inner_text()
    assert "the first run loads 1" in cell.place.locator(".live-status").inner_text()


def test_a_cell_runs_as_it_did_when_the_book_was_built(chapter):
    cell = chapter.cell("ramp = np.arange")
    saved = cell.place.locator(".cell_output").inner_text().strip()
    assert cell.run().strip() == saved
    assert not cell.place.locator(".cell_output").is_visible()


def test_cells_share_their_names_and_bring_in_those_above(chapter):
    first, last = chapter.cell("ramp = np.arange"), chapter.cell("kernel = np.array([[0, -1, 0]")
    first.run("import numpy as np\nfrom cnncourse.layers.conv import correlate2d\nramp = 40 + 2")
    assert last.run("print(ramp)").strip() == "42"
    bar = chapter.page.get_by_role(
        "group", name=chapter.cell("sobel_x = KERNELS").label, exact=True
    )
    flipped = chapter.cell("convolve2d(bar, sobel_x)[0]")
    assert "[-4. -4.  4.  4.]" in flipped.run()  # its bar comes from a cell not run before
    assert bar.get_by_text("ran in").is_visible()


def test_an_error_ends_at_the_readers_line(chapter):
    cell = chapter.cell("kernel = np.array([[0, -1, 0]")
    cell.run("x = 1\ncorrelate2d(np.zeros((3, 3)), np.zeros((9, 9)))")
    alert = cell.place.get_by_role("alert").inner_text()
    assert "line 2" in alert
    assert "kernel_size: expected" in alert
    assert "cnncourse/layers" not in alert


def test_printed_lines_arrive_while_the_cell_runs(chapter):
    cell = chapter.cell("kernel = np.array([[0, -1, 0]")
    cell.write("import time\nfor i in range(10**6):\n    print(i)\n    time.sleep(0.1)")
    chapter.page.keyboard.press("Shift+Enter")
    cell.place.locator(".live-output pre", has_text="3").wait_for()
    assert cell.place.get_attribute("aria-busy") == "true"
    cell.press("Stop")
    assert "Stopped." in cell.done()


def test_where_memory_can_be_shared_stop_keeps_what_was_computed(chapter):
    assert chapter.page.evaluate("crossOriginIsolated")
    cell = chapter.cell("kernel = np.array([[0, -1, 0]")
    cell.run("kept = 7")
    cell.write("while True: pass")
    chapter.page.keyboard.press("Shift+Enter")
    cell.place.get_by_text("Running").wait_for()
    cell.press("Stop")
    cell.done()
    assert cell.run("print(kept)").strip() == "7"


def test_escape_leaves_the_editor_and_reset_brings_the_book_back(chapter):
    cell = chapter.cell("ramp = np.arange")
    cell.write("ramp / 2")
    chapter.page.keyboard.press("Escape")
    assert chapter.page.evaluate("document.activeElement.textContent") == "Run"
    cell.press("Reset")
    assert "ramp = np.arange" in cell.place.locator(".cell_input .highlight").inner_text()
    assert cell.place.locator(".cell_output").is_visible()


def test_a_figure_has_a_text(chapter):
    cell = chapter.cell("gaussian_blur")
    saved = cell.place.locator(".cell_output img").get_attribute("alt")
    cell.run()
    picture = cell.place.locator(".live-output img")
    assert picture.get_attribute("alt") == saved
    assert picture.evaluate("image => image.naturalWidth") > 600
    last = chapter.cell("kernel = np.array([[0, -1, 0]")
    last.run("show_images([np.eye(4)], titles=['an eye'])")
    assert "“an eye”" in last.place.locator("img").get_attribute("alt")


def test_the_page_asked_nobody_else_and_had_no_error(chapter):
    assert chapter.problems == []


@pytest.mark.parametrize("page_path", LIVELY)
def test_every_live_cell_of_a_page_runs(browser, isolated, page_path):
    tab = Tab(browser, isolated, page_path)
    cells = tab.page.locator(".cell.tag_live")
    for place in cells.all():
        Cell(place).run()
    assert cells.count() > 0
    assert tab.page.locator(".live-error").all_inner_texts() == []
    assert tab.problems == []
    tab.context.close()


def test_without_shared_memory_stop_ends_python_and_says_so(browser, served):
    tab = Tab(browser, served, CHAPTER)
    cell = tab.cell("ramp = np.arange")
    cell.write("while True: pass")
    tab.page.keyboard.press("Shift+Enter")
    cell.place.get_by_text("Running").wait_for()
    cell.press("Stop")
    cell.done()
    assert "is lost" in cell.place.get_by_role("alert").inner_text()
    assert tab.problems == []
    tab.context.close()


def test_from_disk_a_page_says_how_its_cells_come_to_life(visit, html):
    for path in (CHAPTER, WORKBOOK):
        page = visit(f"{html.as_uri()}/{path}")
        assert "python -m http.server" in page.locator(".live-note").first.inner_text()
        assert page.get_by_role("button", name="Run", exact=True).count() == 0
        assert page.problems == []


# --- the exercise in the page ---


def answer(tab, name, code):
    place = tab.part("answer", name)
    edit = place.get_by_role("button", name="Edit")
    if edit.is_visible():
        edit.click()
    text = place.locator(".cm-content")
    text.wait_for()
    text.press("Control+a")
    tab.page.keyboard.insert_text(code)


def verdict(tab, name):
    """Check a part by its button, and return what is said then."""
    place = tab.part("test", name)
    place.locator(".workbook-says").evaluate("says => says.replaceChildren()")
    place.get_by_role("button", name="Check").click()
    place.locator(".workbook-points").wait_for()
    return place.locator(".workbook-says").inner_text()


WRAPS = "def pad2d(image, padding):\n    return np.pad(image, padding, mode='wrap')\n"
RIGHT = "def pad2d(image, padding):\n    return np.pad(image, padding)\n"


def test_a_blank_part_and_a_wrong_one_are_told_apart(workbook):
    assert "Not filled in yet." in verdict(workbook, "test_pad2d")
    answer(workbook, "pad2d", WRAPS)
    said = verdict(workbook, "test_pad2d")
    assert said.startswith("0 of 2 points.")
    assert "neither repeats the border nor carries on at the opposite side" in said


def test_a_right_part_earns_its_points_and_is_remembered(workbook):
    answer(workbook, "pad2d", RIGHT)
    assert "2 of 2 points" in verdict(workbook, "test_pad2d")
    workbook.part("written", "explain_flip").get_by_role("textbox").fill("Because.")
    workbook.page.reload()
    assert "2 of 17 points" in workbook.page.locator(".workbook-total").inner_text()
    workbook.part("answer", "pad2d").locator(".cm-content").wait_for()
    assert "np.pad(image, padding)" in workbook.part("answer", "pad2d").inner_text()


def test_the_download_is_the_released_notebook_with_the_answers(workbook, tmp_path):
    with workbook.page.expect_download() as download:
        workbook.page.get_by_role("button", name="Download the notebook").click()
    path = tmp_path / "handed_in.ipynb"
    download.value.save_as(path)
    assert download.value.suggested_filename == "02_convolution.ipynb"
    release = release_of(read_exercise(ROOT / "exercises/02_convolution"))
    notebook, repairs = rebuild(release, path.read_bytes(), path)  # as the grader takes it in
    assert repairs == ()
    filled = fill_in(release, {"pad2d": RIGHT, "explain_flip": "Because."})
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in filled.cells]


def test_a_cell_to_look_at_draws_with_the_readers_functions(workbook):
    place = workbook.page.locator(".workbook-given", has_text="difference = photo")
    place.get_by_role("button", name="Run").click()
    place.locator("img").wait_for()
    assert "“feature map”" in place.locator("img").get_attribute("alt")
    assert workbook.problems == []


def test_no_answer_and_no_hidden_test_is_in_the_page(html):
    page = (html / WORKBOOK).read_text("utf-8")
    data = json.loads(page.split('id="workbook-data">')[1].split("</script>")[0])
    text = json.dumps(data) + page
    exercise = read_exercise(ROOT / "exercises/02_convolution")
    for cell in exercise.notebook.cells:
        for kind in ("SOLUTION", "HIDDEN TESTS"):
            for block in cell.source.split(f"### BEGIN {kind}")[1:]:
                secret = block.split(f"### END {kind}")[0]
                lines = [line.strip() for line in secret.splitlines() if len(line.strip()) > 45]
                assert not [line for line in lines if line in text]
    assert "YOUR CODE HERE" in text


# --- JupyterLab ---


def test_jupyterlab_runs_the_first_cells_of_a_notebook(browser, isolated):
    tab = Tab(browser, isolated, LAB)
    page = tab.page
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Python (Pyodide)").wait_for()
    page.locator(".jp-Notebook .jp-Cell").first.click()
    picture = page.locator(".jp-CodeCell .jp-OutputArea-output img")
    for _ in range(7):  # as far as the first photograph
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(300)
    picture.first.wait_for()
    page.keyboard.press("b")  # a cell of the reader's own
    page.keyboard.press("Enter")
    page.keyboard.insert_text(EXPLORER)
    page.keyboard.press("Control+Enter")
    instrument = page.locator(".cnn-instrument")
    words = "At row 5, column 3 of the map the nine products add up to"
    instrument.locator(".cnn-words").get_by_text(words).wait_for()
    instrument.get_by_role("button", name="sharpen", exact=True).click()
    page.get_by_text("Python has [-1.0, 5.0, -1.0]").wait_for()
    assert page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count() == 0
    assert tab.problems == []
    tab.context.close()
