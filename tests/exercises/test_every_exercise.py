"""What holds for every exercise; each one's own tests stand beside this file."""

from __future__ import annotations

import ast
import doctest
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnncourse.authoring.build import build_exercise, release_notebook
from cnncourse.authoring.source import (
    Exercise,
    Misconception,
    read_exercises,
    read_misconceptions,
)

ROOT = Path(__file__).parents[2]
EXERCISES = read_exercises(ROOT / "exercises")
MISCONCEPTIONS = [(e, m) for e in EXERCISES for m in read_misconceptions(e)]
Grade = Callable[[Exercise, Mapping[str, str]], dict[str, tuple[float, str]]]

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


def _points(exercise: Exercise) -> dict[str, float]:
    return {part.grade_id: part.points for part in exercise.parts if not part.manual}


@each_exercise
def test_chapter_is_a_page_of_the_book(exercise: Exercise) -> None:
    assert (ROOT / exercise.chapter).is_file()


@each_exercise
def test_solution_earns_everything(exercise: Exercise, grade: Grade) -> None:
    grades = grade(exercise, exercise.answers)
    assert grades == {grade_id: (points, "") for grade_id, points in _points(exercise).items()}


@each_exercise
def test_blank_earns_nothing(exercise: Exercise, grade: Grade) -> None:
    stubs = {
        cell.id: cell.source
        for cell in release_notebook(exercise).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    scores = {grade_id: score for grade_id, (score, _) in grade(exercise, stubs).items()}
    assert scores == dict.fromkeys(_points(exercise), 0)


@pytest.mark.parametrize(
    ("exercise", "misconception"), MISCONCEPTIONS, ids=lambda value: value.name
)
def test_misconception_loses_what_it_should(
    exercise: Exercise, misconception: Misconception, grade: Grade
) -> None:
    points = _points(exercise)
    grades = grade(exercise, misconception.answers)
    lost = {key: points[key] - score for key, (score, _) in grades.items() if score < points[key]}
    assert lost == misconception.loses
    for grade_id, words in misconception.says.items():
        for word in words:
            assert word in grades[grade_id][1]


def _blocks(exercise: Exercise, kind: str) -> Iterator[tuple[bool, str]]:
    """Every line of the source notebook, and whether a BEGIN kind block holds it."""
    for cell in exercise.notebook.cells:
        inside = False
        for line in cell.source.split("\n"):
            if f"END {kind}" in line:
                inside = False
            yield inside, line.strip()
            if f"BEGIN {kind}" in line:
                inside = True


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


@each_exercise
def test_students_get_no_solution_and_no_hidden_test(exercise: Exercise, tmp_path: Path) -> None:
    built = build_exercise(exercise, tmp_path)
    for path, kinds in (
        (built.release, ("SOLUTION", "HIDDEN TESTS")),
        (built.solution, ("HIDDEN TESTS",)),
    ):
        text = "\n".join(_strings(json.loads(path.read_text())))
        for kind in kinds:
            assert f"BEGIN {kind}" not in text
            lines = list(_blocks(exercise, kind))
            shown = "\n".join(line for inside, line in lines if not inside)
            kept = {line for inside, line in lines if inside and len(line) > 8}
            assert kept
            assert not [line for line in kept if line not in shown and line in text]


@each_exercise
def test_every_assert_has_a_message_and_hidden_ones_show_no_value(exercise: Exercise) -> None:
    for cell in exercise.notebook.cells:
        if not cell.metadata.get("nbgrader", {}).get("locked"):
            continue
        visible = cell.source.split("### BEGIN HIDDEN TESTS")[0].count("\n")
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Assert):
                assert node.msg is not None, f"{cell.id}: line {node.lineno}"
                if node.lineno > visible:
                    assert isinstance(node.msg, ast.Constant), f"{cell.id}: line {node.lineno}"


def _code_answers(exercise: Exercise) -> list[str]:
    code = {cell.id for cell in exercise.notebook.cells if cell.cell_type == "code"}
    return [answer for grade_id, answer in exercise.answers.items() if grade_id in code]


@each_exercise
def test_examples_in_docstrings_are_right(exercise: Exercise) -> None:
    namespace: dict[str, Any] = {"np": np}
    for answer in _code_answers(exercise):
        exec(answer, namespace)
        for node in ast.parse(answer).body:
            assert isinstance(node, ast.FunctionDef | ast.ClassDef)
            docstring = ast.get_docstring(node)
            assert docstring, f"{node.name} has no docstring"
            parser = doctest.DocTestParser()
            test = parser.get_doctest(docstring, dict(namespace), node.name, None, 0)
            assert doctest.DocTestRunner().run(test).failed == 0


@each_exercise
def test_answers_call_nothing_forbidden(exercise: Exercise) -> None:
    for answer in _code_answers(exercise):
        for name in exercise.may_not_call:
            assert name not in answer
