"""Notebooks whose structure is the attack: cells, metadata, tags, formats. All answers are wrong
but for the even numbers, so that whoever earns more has cheated."""

import json
from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from cnncourse.grading.results import GRADED, REFUSED


def cell_of(notebook, grade_id):
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def skip_tags(nb):
    for cell in nb.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell"]


def delete_tests(nb):
    nb.cells = [c for c in nb.cells if not c.metadata.get("nbgrader", {}).get("grade")]


def empty_tests(nb):
    for name in ("test_double", "test_scale"):
        cell_of(nb, name).source = "2"


def give_points(nb):
    for cell in nb.cells:
        if "points" in cell.metadata.get("nbgrader", {}):
            cell.metadata.nbgrader.points = 100


def markdown_tests(nb):
    for name in ("test_double", "test_scale"):
        cell = cell_of(nb, name)
        nb.cells[nb.cells.index(cell)] = new_markdown_cell(cell.source, metadata=cell.metadata)


def answers_for_tests(nb):
    for name in ("test_double", "test_scale"):
        cell_of(nb, name).metadata.nbgrader.update(grade=False, solution=True, locked=False)
        cell_of(nb, name).source = "pass"


def answers_as_tests(nb):
    cell_of(nb, "double").metadata.nbgrader.update(grade=True, points=9, locked=True)


def sorted_with_tests_first(nb):
    nb.cells.sort(key=lambda c: not c.metadata.get("nbgrader", {}).get("grade", False))


def two_tests(nb):
    nb.cells.append(deepcopy(cell_of(nb, "test_double")))
    nb.cells[-1].source = "2"


def same_cell_ids(nb):
    for cell in nb.cells:
        cell.id = "same"


def foreign_ids(nb):
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.checksum = "0" * 32


def forged_outputs(nb):
    value = {"output_type": "execute_result", "data": {"text/plain": "3"}, "metadata": {},
             "execution_count": 1}  # fmt: skip
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.from_dict(value)]


def other_kernel(nb):
    nb.metadata.kernelspec = {"name": "bash", "display_name": "rm -rf", "language": "bash"}
    nb.metadata.language_info = {"name": "bash"}


def longer_limit(nb):
    nb.metadata.cnncourse.update(seconds_per_cell=10_000, titles={"test_double": "<script>"})
    nb.metadata.cnncourse["may_not_call"] = []


def old_schema(nb):
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 1


def widgets(nb):
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def attachments(nb):
    nb.cells.insert(0, new_markdown_cell("![x](attachment:x.svg) <script>alert(1)</script>"))
    nb.cells[0]["attachments"] = {"x.svg": {"image/svg+xml": "PHN2Zy8+"}}


def definitions_after_the_tests(nb):
    nb.cells.append(new_code_cell("def double(number): return 2 * number"))


def a_cell_before_all_others(nb):
    code = "get_ipython().run_cell = print\nimport builtins\nbuiltins.AssertionError = ValueError"
    nb.cells.insert(0, new_code_cell("import sys\nsys.modules['cnncourse.grading'] = None"))
    nb.cells.insert(0, new_code_cell(code.split("\n", 1)[1]))


def thousands_of_cells(nb):
    nb.cells[1:1] = [new_code_cell("x = 1") for _ in range(500)]


CHANGES = [
    skip_tags, delete_tests, empty_tests, give_points, markdown_tests, answers_for_tests,
    answers_as_tests, sorted_with_tests_first, two_tests, same_cell_ids, foreign_ids,
    forged_outputs,
    other_kernel, longer_limit, old_schema, widgets, attachments, definitions_after_the_tests,
    a_cell_before_all_others, thousands_of_cells,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_notebook_earns_nothing_more(change, judged, hand_in, wrong):
    notebook = hand_in(wrong)
    change(notebook)
    result = judged(json.dumps(notebook).encode())
    assert result.status == GRADED
    assert [part.score for part in result.parts] == [0, 0, 4], result.parts
    assert "<script>" not in json.dumps([part.title for part in result.parts])


def test_the_answers_stay_readable_in_the_notebook_of_the_result(judged, hand_in, wrong):
    result = judged(hand_in(wrong))
    notebook = nbformat.reads(result.notebook, as_version=4)
    assert cell_of(notebook, "double").source == wrong["double"]
    assert "HIDDEN" not in result.notebook


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00" * 1000, b"[" * 100_000, b'{"cells": []}', b"\xff\xfe{}", b"PK\x03\x04",
        b'{"cells": [{"cell_type": "code"}], "nbformat": 4}', b'{"cells": 1}',
        json.dumps({"nbformat": 3, "worksheets": [{"cells": []}], "metadata": {}}).encode(),
        b'{"a":' * 5000,
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_refused_with_a_reason(data, judged):
    result = judged(data)
    assert (result.status, result.score) == (REFUSED, 0)
    assert result.reason


def test_an_older_format_is_read(judged, hand_in, target):
    notebook = nbformat.convert(hand_in(target.answers), 3)
    assert judged(nbformat.writes(notebook, version=3).encode()).score == 9


def test_fifty_megabytes_are_read_and_more_are_refused(judged, hand_in, target):
    notebook = hand_in(target.answers)
    notebook.cells.append(new_markdown_cell("x" * 49_900_000))
    assert judged(notebook).score == 9
    notebook.cells.append(new_markdown_cell("x" * 1_000_000))
    assert judged(notebook).status == REFUSED


def test_data_files_lie_beside_the_notebook(judged, hand_in, target):
    code = (
        "import pathlib\nFACTOR = int(pathlib.Path('größe 1.txt').read_text())\n"
        "def double(number): return FACTOR * number"
    )
    answers = {**target.answers, "double": code}
    files = {"größe 1.txt": b"2", "../../escape.txt": b"x", "numpy.py": b"1/0", "n.ipynb": b"{}"}
    result = judged(hand_in(answers), files=files)
    assert result.score == 9
    assert any("escape.txt" in repair for repair in result.repairs)
    assert any("numpy.py" in repair for repair in result.repairs)


def test_the_same_submission_gets_the_same_score_in_any_order(judged, hand_in, wrong, target):
    code = (
        "import random\ndef evens(stop):\n"
        "    return [n for n in range(stop) if n % 2 == 0 and random.random() > 0.4]"
    )
    chance = {**target.answers, "evens": code}
    scores = [judged(hand_in(answers)).parts for answers in (chance, wrong, chance, chance)]
    assert scores[0] == scores[2] == scores[3]
