import io
import json
import random
import struct
import zipfile
from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from cnncourse.authoring.build import fill_in
from cnncourse.errors import SubmissionError
from cnncourse.grading.intake import find_notebook, is_blank, read_inbox, rebuild

ANSWER = "def double(number):\n    return number + number"


def cell_of(notebook, grade_id):
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return notebook.cells[ids.index(grade_id)]


def data(notebook):
    return json.dumps(notebook).encode()  # unlike nbformat, it writes what is damaged


def sources(notebook):
    return [cell.source for cell in notebook.cells]


@pytest.fixture
def submitted(release):
    return fill_in(release, {"double": ANSWER, "explain": "They can be halved."})


def test_an_untouched_submission_needs_no_repair(release, submitted):
    notebook, repairs = rebuild(release, data(submitted))
    assert repairs == ()
    assert notebook == submitted
    assert not is_blank(release, notebook)


def test_the_blank_is_recognised(release):
    notebook, repairs = rebuild(release, data(release))
    assert (notebook, repairs) == (release, ())
    assert is_blank(release, notebook)


def test_the_release_is_left_alone(release, submitted):
    before = deepcopy(release)
    rebuild(release, data(submitted))
    assert release == before


def edit_test(nb):
    cell_of(nb, "test_double").source = "pass"


def delete_test(nb):
    nb.cells.remove(cell_of(nb, "test_double"))


def tag_test(nb):
    cell_of(nb, "test_double").metadata.tags = ["skip-execution"]


def double_test(nb):
    nb.cells.append(deepcopy(cell_of(nb, "test_double")))


def unlock_test(nb):
    cell_of(nb, "test_double").metadata.nbgrader.update(points=100, locked=False, grade=False)


def retype_test(nb):
    place = nb.cells.index(cell_of(nb, "test_double"))
    cell = nb.cells[place]
    nb.cells[place] = new_markdown_cell(cell.source, metadata=cell.metadata)


def old_schema(nb):
    cell_of(nb, "test_double").metadata.nbgrader.schema_version = 1


def wrong_types(nb):
    cell_of(nb, "test_double").metadata.nbgrader = ["not", "a", "dict"]


def another_kernel(nb):
    nb.metadata.kernelspec = {"name": "julia-1.9", "display_name": "Julia", "language": "julia"}


def no_kernel(nb):
    nb.metadata.pop("kernelspec")


@pytest.mark.parametrize(
    ("damage", "repair"),
    [
        (edit_test, "the test cell “test_double” was edited"),
        (delete_test, "the test cell “test_double” was missing"),
        (tag_test, "the test cell “test_double” had another type or tags"),
        (double_test, "the test cell “test_double” was there 2 times"),
        (retype_test, "the test cell “test_double” had another type or tags"),
        (unlock_test, None),
        (old_schema, None),
        (wrong_types, None),
        (another_kernel, None),
        (no_kernel, None),
    ],
)
def test_damage_is_repaired_and_reported(release, submitted, damage, repair):
    expected = deepcopy(submitted)
    damage(submitted)
    notebook, repairs = rebuild(release, data(submitted))
    assert notebook == expected
    assert any(repair in said for said in repairs) if repair else repairs == ()


def test_a_missing_answer_counts_as_unanswered(release, submitted):
    submitted.cells.remove(cell_of(submitted, "double"))
    notebook, repairs = rebuild(release, data(submitted))
    assert cell_of(notebook, "double").source == cell_of(release, "double").source
    assert repairs == ("the answer cell “double” was missing; it counts as unanswered",)


def test_an_answer_of_another_type_keeps_its_text(release, submitted):
    place = submitted.cells.index(cell_of(submitted, "explain"))
    cell = submitted.cells[place]
    submitted.cells[place] = new_code_cell(cell.source, metadata=cell.metadata)
    notebook, repairs = rebuild(release, data(submitted))
    assert cell_of(notebook, "explain").cell_type == "markdown"
    assert cell_of(notebook, "explain").source == "They can be halved."
    assert len(repairs) == 1


def test_the_last_copy_of_an_answer_counts_and_the_first_runs_before_it(release, submitted):
    copy = deepcopy(cell_of(submitted, "double"))
    copy.source = "helper = 2"
    submitted.cells.insert(submitted.cells.index(cell_of(submitted, "double")), copy)
    notebook, repairs = rebuild(release, data(submitted))
    place = notebook.cells.index(cell_of(notebook, "double"))
    assert notebook.cells[place].source == ANSWER
    assert notebook.cells[place - 1].source == "helper = 2"
    assert "nbgrader" not in notebook.cells[place - 1].metadata
    assert repairs == ("the answer cell “double” was there 2 times; the last one counts",)


def test_an_untouched_copy_does_not_displace_the_answer(release, submitted):
    submitted.cells.append(deepcopy(cell_of(release, "double")))
    notebook, _ = rebuild(release, data(submitted))
    assert cell_of(notebook, "double").source == ANSWER


def test_cells_the_student_added_stay_in_their_place(release, submitted):
    place = submitted.cells.index(cell_of(submitted, "double"))
    submitted.cells.insert(place, new_code_cell("def helper(): ..."))
    submitted.cells.insert(0, new_code_cell("import os"))
    submitted.cells.append(new_markdown_cell("a last thought"))
    notebook, repairs = rebuild(release, data(submitted))
    assert sources(notebook) == sources(submitted)
    assert repairs == ()
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    nbformat.validate(notebook)


def test_a_changed_given_cell_runs_after_the_released_one(release, submitted):
    given = next(cell for cell in submitted.cells if "import math" in cell.source)
    original, given.source = given.source, "import math, itertools"
    notebook, repairs = rebuild(release, data(submitted))
    place = sources(notebook).index(original)
    assert notebook.cells[place + 1].source == "import math, itertools"
    assert repairs == ()


def test_cells_in_another_order_are_put_back(release, submitted):
    submitted.cells.reverse()
    notebook, repairs = rebuild(release, data(submitted))
    assert sources(notebook) == sources(fill_in(release, {
        "double": ANSWER, "explain": "They can be halved."
    }))
    assert repairs == ("cells stood in another order; the released order was used",)


def test_answers_are_found_by_cell_id_when_metadata_is_gone(release, submitted):
    for cell in submitted.cells:
        cell.metadata.clear()
    notebook, _ = rebuild(release, data(submitted))
    assert cell_of(notebook, "double").source == ANSWER


def saved_by_colab(nb):
    """Google Colab: an older minor format, no cell ids, metadata of its own beside ours."""
    content = json.loads(data(nb))
    content["nbformat_minor"] = 0
    content["metadata"]["colab"] = {"provenance": []}
    content["metadata"]["accelerator"] = "GPU"
    for number, cell in enumerate(content["cells"]):
        cell.pop("id")
        cell["metadata"] |= {"id": f"Xy{number}", "outputId": "8f0e", "colab": {"base_uri": "x"}}
        cell["source"] = cell["source"].splitlines(keepends=True)
    return json.dumps(content).encode()


def saved_by_vs_code(nb):
    """VS Code: new ids, a language for each cell, a kernel of its own."""
    content = json.loads(data(nb))
    content["metadata"]["kernelspec"] = {"name": "python3", "display_name": ".venv"}
    content["metadata"]["language_info"] = {"name": "python", "version": "3.12.1"}
    for number, cell in enumerate(content["cells"]):
        cell |= {"id": f"#VSC-{number:08x}"[:64].replace("#", "")}
        cell["metadata"]["vscode"] = {"languageId": "python"}
    return json.dumps(content, indent=1).encode()


@pytest.mark.parametrize("save", [saved_by_colab, saved_by_vs_code])
def test_what_other_editors_write_needs_no_repair(release, submitted, save):
    notebook, repairs = rebuild(release, save(submitted))
    assert sources(notebook) == sources(submitted)
    assert repairs == ()


def without_names(nb, keep=lambda cell: False):
    """As a copy into a new notebook leaves it: neither metadata nor the cells' ids."""
    content = json.loads(data(nb))
    content["metadata"] = {}
    for number, cell in enumerate(content["cells"]):
        if not keep(cell):
            cell |= {"metadata": {}, "id": f"new-{number}"}
    return content


def test_answers_that_lost_their_names_are_recognised_and_it_is_said(release, submitted):
    content = without_names(submitted)
    notebook, repairs = rebuild(release, json.dumps(content).encode())
    assert cell_of(notebook, "double").source == ANSWER
    assert cell_of(notebook, "explain").source == "They can be halved."
    assert sources(notebook) == sources(submitted)
    assert repairs == (
        "the answer cell “double” had lost its name; it was recognised by what it defines",
        "the answer cell “evens” had lost its name; it was recognised by what it defines",
        "the answer cell “explain” had lost its name; it was recognised by its place",
    )


def test_one_answer_that_lost_its_name_is_found_among_helpers(release, submitted):
    content = without_names(submitted, keep=lambda cell: "def double" not in cell["source"])
    content["cells"].insert(0, {"cell_type": "code", "source": "def helper(): pass",
                                "metadata": {}, "outputs": [], "execution_count": None})
    notebook, repairs = rebuild(release, json.dumps(content).encode())
    assert cell_of(notebook, "double").source == ANSWER
    assert len(repairs) == 1


def test_a_notebook_without_names_and_with_other_text_is_refused(release, submitted):
    content = without_names(submitted)
    content["cells"] = [cell for cell in content["cells"] if "def " in cell["source"]]
    with pytest.raises(SubmissionError, match="holds no answer cell"):
        rebuild(release, json.dumps(content).encode())


def test_a_notebook_of_nbformat_3_is_read(release, submitted):
    old = data(nbformat.convert(deepcopy(submitted), 3))
    assert b'"worksheets"' in old
    notebook, _ = rebuild(release, old)
    assert cell_of(notebook, "double").source == ANSWER


def test_a_byte_order_mark_is_no_obstacle(release, submitted):
    notebook, _ = rebuild(release, b"\xef\xbb\xbf" + data(submitted))
    assert cell_of(notebook, "double").source == ANSWER


def another_exercise(release):
    other = deepcopy(release)
    other.metadata.cnncourse.exercise = "07_pooling"
    return data(other)


def foreign_cells(release):
    other = deepcopy(release)
    del other.metadata["cnncourse"]
    for number, cell in enumerate(other.cells):
        cell.id = f"cell-{number}"
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id += "_of_last_year"
    return data(other)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not JSON"),
        (b"<html>", "is not JSON"),
        (b"PK\x03\x04", "is not JSON"),
        (b'{"cells": "\xff"}', "is not JSON in UTF-8"),
        (b'{"cells": [', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[1, 2]", "it has no cells"),
        (b'{"name": "anna"}', "it has no cells"),
        (b'{"cells": "none", "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "Jupyter can"),
        (b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "no answer cell"),
        (b'{"cells": [], "nbformat": 99, "nbformat_minor": 5, "metadata": {}}', "Jupyter can open"),
        (
            b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {"language": 5}}',
            "malformed",
        ),
        (another_exercise, "the notebook of “07_pooling”, expected the one of “01_counting”"),
        (foreign_cells, "another assignment's notebook"),
    ],
)
def test_what_cannot_be_graded_is_refused_by_name(release, content, problem):
    content = content(release) if callable(content) else content
    with pytest.raises(SubmissionError, match=r"anna\.ipynb") as caught:
        rebuild(release, content, "anna.ipynb")
    assert problem in str(caught.value)


def test_a_huge_notebook_is_refused(release):
    with pytest.raises(SubmissionError, match="larger than 50 MB"):
        rebuild(release, b" " * 50_000_001)


# --- inboxes ---


def make_folder(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def make_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


FILES = {
    "anna/01_counting.ipynb": b"A",
    "anna/notes.txt": b"",
    "anna/old.ipynb": b"X",
    "béla/01_counting (2).ipynb": b"B",
    "carl.ipynb": b"C",
    "dora/report.pdf": b"%PDF",
    "emil/a.ipynb": b"1",
    "emil/b.ipynb": b"2",
    "fay/deep/down/01_counting.ipynb": b"F",
    "__MACOSX/carl.ipynb": b"junk",
    "README.txt": b"",
}


@pytest.mark.parametrize("make", [make_folder, make_zip])
def test_an_inbox_is_read_student_by_student(tmp_path, make):
    inbox = make(tmp_path / "inbox", FILES)
    handed = {each.student: each for each in read_inbox(inbox, "01_counting")}
    assert {name: each.data for name, each in handed.items() if not each.problem} == {
        "anna": b"A", "béla": b"B", "carl": b"C", "fay": b"F",
    }
    assert handed["dora"].problem == "holds no notebook, expected 01_counting.ipynb"
    assert handed["emil"].problem == "holds 2 notebooks, expected one named 01_counting.ipynb"
    assert handed.keys() == {"anna", "béla", "carl", "dora", "emil", "fay"}
    assert handed["anna"].when is not None


@pytest.mark.parametrize("make", [make_folder, make_zip])
def test_files_beside_the_notebook_come_along_where_they_may(tmp_path, make):
    files = {
        "anna/n.ipynb": b"A", "anna/data.csv": b"1,2", "anna/a.txt": b"", "anna/sub/x.csv": b"3",
        "anna/numpy.py": b"", "anna/timestamp.txt": b"1999", "ben.ipynb": b"B", "data.csv": b"4",
        "carl/n.ipynb": b"C", "carl/big.csv": bytes(20_000_001), "carl/small.csv": b"5",
    }  # fmt: skip
    inbox = make(tmp_path / "inbox", files)
    assert [dict(each.files) for each in read_inbox(inbox, "n")] == [{}, {}, {}]
    patterns = ("*.csv", "*.py", "timestamp.txt")
    anna, ben, carl = read_inbox(inbox, "n", patterns)
    assert anna.files == {"data.csv": b"1,2"}
    assert "“numpy.py”: it would hide a module" in anna.left_out
    assert ben.files == {}
    assert carl.files == {"small.csv": b"5"}
    assert "“big.csv”: there are too many, or too large ones" in carl.left_out
    assert not any(each.problem for each in (anna, ben, carl))


def test_an_empty_student_folder_is_named(tmp_path):
    (tmp_path / "anna").mkdir()
    assert [h.problem for h in read_inbox(tmp_path, "n")] == ["holds no notebook, expected n.ipynb"]


def test_neither_links_nor_climbing_paths_lead_out_of_an_inbox(tmp_path):
    secret = tmp_path / "gradebook.ipynb"
    secret.write_bytes(b"secret")
    (tmp_path / "in" / "anna").mkdir(parents=True)
    (tmp_path / "in" / "anna" / "n.ipynb").symlink_to(secret)
    (tmp_path / "in" / "ben.ipynb").symlink_to(secret)
    archive = make_zip(tmp_path / "in.zip", {"../../evil/n.ipynb": b"E", "/etc/n.ipynb": b"F"})
    assert all(h.problem for h in read_inbox(tmp_path / "in", "n"))
    assert all(h.student not in ("evil", "etc") for h in read_inbox(archive, "n"))


def test_a_damaged_zip_costs_only_the_file_that_is_damaged(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("anna.ipynb", b"good content")
        archive.writestr("ben.ipynb", b"bad  content")
    path = tmp_path / "in.zip"
    path.write_bytes(buffer.getvalue().replace(b"bad  content", b"BAD  content"))
    handed = {each.student: each for each in read_inbox(path, "n")}
    assert handed["anna"].data == b"good content"
    assert "cannot be read" in handed["ben"].problem


def test_a_zip_bomb_is_refused_unopened(tmp_path):
    archive = tmp_path / "in.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("anna.ipynb", bytes(60_000_000))
        opened.writestr("ben.ipynb", b"good")
    assert archive.stat().st_size < 100_000
    anna, ben = read_inbox(archive, "n")
    assert (anna.problem, anna.data) == ("is larger than 50 MB", b"")
    assert ben.data == b"good"


def test_a_zip_that_lies_about_its_sizes_is_not_believed(tmp_path):
    archive = tmp_path / "in.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("anna.ipynb", bytes(60_000_000))
    true, told = struct.pack("<I", 60_000_000), struct.pack("<I", 9)
    archive.write_bytes(archive.read_bytes().replace(true, told))
    (anna,) = read_inbox(archive, "n")
    assert len(anna.data) <= 9


def test_a_torn_stream_costs_only_its_owner(tmp_path):
    archive = tmp_path / "in.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("anna.ipynb", b"".join(b"%d " % (k * k) for k in range(2000)))
        opened.writestr("ben.ipynb", b"good")
    content = bytearray(archive.read_bytes())
    content[60:90] = b"\xff" * 30  # in the middle of anna's
    archive.write_bytes(content)
    anna, ben = read_inbox(archive, "n")
    assert "cannot be read" in anna.problem
    assert ben.data == b"good"


def test_links_and_odd_names_in_a_zip(tmp_path):
    link = zipfile.ZipInfo("anna/n.ipynb")
    link.external_attr = 0o120777 << 16
    long = "x" * 240 + ".ipynb"
    archive = make_zip(
        tmp_path / "in.zip",
        {link: b"/etc/passwd", "Jörg Müller/my final work.ipynb": b"J", f"ben/{long}": b"B"},
    )
    handed = {each.student: each.data for each in read_inbox(archive, "n")}
    assert handed == {"Jörg Müller": b"J", "ben": b"B"}


def test_what_is_no_inbox_is_refused(tmp_path):
    (tmp_path / "grades.csv").write_text("id\n")
    for name in ("grades.csv", "nowhere"):
        with pytest.raises(SubmissionError, match="expected a folder or a zip file"):
            list(read_inbox(tmp_path / name, "n"))


def test_find_notebook_ignores_checkpoints_and_refuses_links(tmp_path):
    make_folder(tmp_path, {".ipynb_checkpoints/n-checkpoint.ipynb": b"", "mine.ipynb": b"{}"})
    assert find_notebook(tmp_path, "n").name == "mine.ipynb"
    (tmp_path / "n.ipynb").symlink_to(tmp_path / "mine.ipynb")
    with pytest.raises(SubmissionError, match="is a link"):
        find_notebook(tmp_path, "n")


def test_json_that_json_reads_and_nbformat_does_not_is_refused(release):
    broken = json.loads(data(release))
    broken["cells"][1]["outputs"] = [1, 2]
    with pytest.raises(SubmissionError, match="not a notebook that Jupyter can open"):
        rebuild(release, json.dumps(broken).encode())


JUNK = (None, True, -1, 1e400, "", "\x00<b>", [], [[]], {}, {"a": []}, ["x", 1], "double")


def damaged(content, chance):
    """Replace one place of a JSON document, or drop it, or repeat it."""
    node, keys = content, None
    while isinstance(node, dict | list) and node:
        keys = list(node) if isinstance(node, dict) else range(len(node))
        parent, key = node, chance.choice(keys)
        node = parent[key]
        if chance.random() < 0.2:
            break
    if chance.random() < 0.2:
        del parent[key]
    elif isinstance(parent, list) and chance.random() < 0.3:
        parent.insert(key, deepcopy(node))
    else:
        parent[key] = deepcopy(chance.choice(JUNK))
    return content


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_damaged_is_rebuilt_or_refused(release, submitted, seed):
    """Never another exception, and never a changed test."""
    chance = random.Random(seed)
    tests = cell_of(release, "test_double"), cell_of(release, "test_evens")
    outcomes = set()
    for _ in range(60):
        content = json.loads(data(submitted))
        for _ in range(chance.randint(1, 4)):
            content = damaged(content, chance)
        try:
            notebook, _ = rebuild(release, json.dumps(content).encode())
        except SubmissionError:
            outcomes.add("refused")
            continue
        outcomes.add("rebuilt")
        nbformat.validate(notebook)
        assert (cell_of(notebook, "test_double"), cell_of(notebook, "test_evens")) == tests
    assert outcomes == {"rebuilt", "refused"}
