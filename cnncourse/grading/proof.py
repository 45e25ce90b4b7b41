"""Prove an exercise: the graders give its answers everything, blanks nothing, wrong ideas less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import nbformat

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import (
    Exercise,
    Misconception,
    read_misconceptions,
    read_variants,
)
from cnncourse.grading.engine import Bundle, Grader
from cnncourse.grading.engine.lint import lint
from cnncourse.grading.results import GRADED, PASSED, Result

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, how many in all


@dataclass(frozen=True)
class Finding:
    """Whether one submission got what its author says it must get.

    Parameters
    ----------
    name : str
        'solution', 'blank' or a misconception's name.
    expected, got : str
        Points.
    ok : bool
    message : str
        What is not as it must be; else what the student is told.
    """

    name: str
    expected: str
    got: str
    ok: bool
    message: str


def check_exercise(exercise: Exercise, progress: Progress | None = None) -> list[Finding]:
    """Grade the solution, the blank and every misconception as a class would be graded.

    Parameters
    ----------
    exercise : Exercise
    progress : callable, optional
        Called with (what is being graded, how many are done, how many in all).

    Returns
    -------
    list of Finding
        The solution first, then the blank, then the misconceptions; at the end what in the tests
        would not work in the grader.
    """
    ideas = {idea.name: idea for idea in read_misconceptions(exercise)}
    answers: dict[str, Mapping[str, str]] = {"solution": exercise.answers, "blank": {}}
    for variant in read_variants(exercise):
        answers[f"right/{variant.name}"] = {**exercise.answers, **variant.answers}
    answers |= {name: {**exercise.answers, **idea.answers} for name, idea in ideas.items()}
    results = dict(_grade(exercise, answers, progress))
    findings = [_finding(results[name], exercise, ideas.get(name)) for name in answers]
    problems = lint(Bundle.from_exercise(exercise))
    return findings + [Finding("tests", "", "", False, problem) for problem in problems]


def _grade(
    exercise: Exercise, answers: Mapping[str, Mapping[str, str]], progress: Progress | None
) -> Iterator[tuple[str, Result]]:
    """Grade each set of answers with the grader's own engine; the code is the author's own."""
    bundle = Bundle.from_exercise(exercise)
    with Grader(bundle, sandbox="none") as grader:
        for done, (name, changed) in enumerate(answers.items()):
            if progress:
                progress(name, done, len(answers))
            notebook = nbformat.writes(fill_in(bundle.release, changed)).encode()
            yield name, grader.grade(notebook, student=name)
    if progress:
        progress("", len(answers), len(answers))


def _finding(result: Result, exercise: Exercise, idea: Misconception | None) -> Finding:
    points = {part.grade_id: part.points for part in exercise.parts if not part.manual}
    if idea:
        expected = {key: most - idea.loses.get(key, 0.0) for key, most in points.items()}
    else:
        expected = {key: 0.0 if result.student == "blank" else most for key, most in points.items()}
    problems = list(_problems(result, expected, idea.says if idea else {}))
    told = [part.message for part in result.parts if not part.manual and part.status != PASSED]
    return Finding(
        name=result.student,
        expected=f"{sum(expected.values()):g}",
        got=f"{result.score:g}",
        ok=not problems,
        message="; ".join(problems) or (" / ".join(told) if idea else ""),
    )


def _problems(
    result: Result, expected: Mapping[str, float], says: Mapping[str, list[str]]
) -> list[str]:
    if result.status != GRADED:
        return [f"{result.status}: {result.reason}"]
    parts = {part.grade_id: part for part in result.parts}
    found = [
        f"{key}: expected {score:g}, got {parts[key].score:g} ({parts[key].message})"
        for key, score in expected.items()
        if abs(parts[key].score - score) > 1e-9
    ]
    for key, words in says.items():
        message = parts[key].message
        found += [
            f"{key}: expected {word!r} in {message!r}"
            for word in words
            if word.lower() not in message.lower()
        ]
    return found
