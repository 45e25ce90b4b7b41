"""Prove an exercise: its graders reject what is wrong, and nothing else.

Three ways, each where it is strong. *The grader's own engine*, tests and answers in two processes,
grades the solution in its whole notebook, the blank, every other right answer and every
misconception as a class would be graded; where only some answers differ, only the tests that
depend on them run, and no figure that no test needs. *The prover* tries in milliseconds
what there are hundreds of: small mistakes, seeds, answers that know the visible tests by heart.
*The rules* look at the source.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, replace

import nbformat
from nbformat import NotebookNode

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import (
    HIDDEN_TESTS,
    SOLUTION,
    Exercise,
    Misconception,
    Variant,
    read_misconceptions,
    read_variants,
    without_marks,
)
from cnncourse.grading import leaks, mutation, proven, replay
from cnncourse.grading.crew import crew, grade_all
from cnncourse.grading.engine import Bundle
from cnncourse.grading.engine.bundle import is_answer, is_test
from cnncourse.grading.engine.lint import lint
from cnncourse.grading.feedback import render, work_by_part
from cnncourse.grading.mutants import Mutant
from cnncourse.grading.results import GRADED, PASSED, Result, first_error
from cnncourse.grading.rules import broken_rules, code_answers
from cnncourse.grading.slices import ANSWER, PLAIN, TESTS, Cell, needed
from cnncourse.grading.trials import (
    Trials,
    Tried,
    attempt,
    parts_that_depend,
    split,
    with_examples,
)

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, how many in all

FEW_SEEDS = 3
SOLUTION_NAME, BLANK = "solution", "blank"
_CHUNK = 12  # submissions that a worker grades in one go


@dataclass(frozen=True)
class Finding:
    """Whether one thing is as its author says it must be.

    Parameters
    ----------
    name : str
        'solution', 'blank', 'right/NAME', a misconception's name, or what else was looked at.
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


@dataclass(frozen=True)
class _Case:
    """An exercise with what belongs to it."""

    exercise: Exercise
    wrong: tuple[Misconception, ...]
    right: tuple[Variant, ...]
    cells: tuple[Cell, ...]
    bundle: Bundle

    @classmethod
    def read(cls, exercise: Exercise) -> _Case:
        return cls(
            exercise, tuple(read_misconceptions(exercise)), tuple(read_variants(exercise)),
            cells_of(exercise), Bundle.from_exercise(exercise),
        )  # fmt: skip

    @property
    def points(self) -> dict[str, float]:
        return {p.grade_id: p.points for p in self.exercise.parts if not p.manual}


def check_exercises(
    exercises: Sequence[Exercise],
    seeds: int = FEW_SEEDS,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[Exercise, list[Finding]]]:
    """Prove exercises, on every core.

    Parameters
    ----------
    exercises : sequence of Exercise
    seeds : int
        With how many students' random numbers the right answers must earn everything. Where these
        are `proven.SEEDS` or more, it is stored that they did.
    workers : int, optional
        Processes; by default one for each core.
    progress : callable, optional
        Called with (what was done, how many are done, how many in all).

    Yields
    ------
    exercise : Exercise
    findings : list of Finding
        The solution first, then the blank, the other right answers, the misconceptions; then what
        else is not as it must be.
    """
    cases = [_Case.read(exercise) for exercise in exercises]
    workers = workers or os.cpu_count() or 1
    with crew(workers) as pool:
        started = [_start(case, pool, seeds, workers if len(cases) == 1 else 1) for case in cases]
        _watch([job for jobs in started for job in jobs], exercises, progress)
        for case, jobs in zip(cases, started, strict=True):
            yield case.exercise, _findings(case, [job.result() for job in jobs], seeds)


def check_exercise(exercise: Exercise, progress: Progress | None = None) -> list[Finding]:
    """Prove one exercise; see `check_exercises`."""
    return next(iter(check_exercises([exercise], progress=progress)))[1]


def mutate(
    exercises: Sequence[Exercise], workers: int | None = None, progress: Progress | None = None
) -> Iterator[tuple[Exercise, list[mutation.Tally], list[str]]]:
    """Try every mutant of exercises, and store what became of them.

    Yields
    ------
    exercise : Exercise
    tallies : list of Tally
        One for each answer.
    problems : list of str
        What `equivalent.tsv` says and is not so.
    """
    workers = workers or os.cpu_count() or 1
    with crew(workers) as pool:
        started = []
        for exercise in exercises:
            cells = cells_of(exercise)
            trials = Trials(cells, tuple(mutation.mutants_of(cells).values()))
            started.append([pool.submit(attempt, part) for part in split(trials, workers)])
        _watch([job for jobs in started for job in jobs], exercises, progress)
        for exercise, jobs in zip(exercises, started, strict=True):
            yield exercise, *_tallied(exercise, [job.result() for job in jobs])


def _tallied(exercise: Exercise, tried: list[Tried]) -> tuple[list[mutation.Tally], list[str]]:
    cells = cells_of(exercise)
    alive = mutation.survivors(cells, {k: v for one in tried for k, v in one.mutants.items()})
    labels, equal = mutation.mutants_of(cells), mutation.read_equivalent(exercise)
    tallies = mutation.tally(labels, alive, equal)
    proven.store_mutants(exercise, cells, tallies)
    return tallies, mutation.problems_with(equal, labels, alive)


def cells_of(exercise: Exercise) -> tuple[Cell, ...]:
    """Give the code of an exercise, with the reference answers and all tests."""
    found = []
    for n, cell in enumerate(c for c in exercise.notebook.cells if c.cell_type == "code"):
        source = without_marks(without_marks(cell.source, SOLUTION), HIDDEN_TESTS)
        if is_test(cell):
            points = float(cell.metadata.nbgrader.points)
            found.append(Cell(cell.metadata.nbgrader.grade_id, TESTS, source, points))
        elif is_answer(cell):
            found.append(Cell(cell.metadata.nbgrader.grade_id, ANSWER, source))
        else:
            found.append(Cell(f"cell {n}", PLAIN, source))
    return tuple(found)


# ---------------------------------------------------------------------------------------
# jobs


Job = Future[dict[str, Result]] | Future[Tried]


def _start(case: _Case, pool: Executor, seeds: int, parts: int) -> list[Job]:
    """Hand out what is to be done for one exercise."""
    jobs: list[Job] = [
        pool.submit(grade_all, bundle.to_bytes(), submissions)
        for bundle, submissions in _submissions(case)
    ]
    trials = _trials(case, seeds)
    return [*jobs, *(pool.submit(attempt, part) for part in split(trials, parts))]


def _submissions(
    case: _Case,
) -> Iterator[tuple[Bundle, dict[str, tuple[bytes, tuple[str, ...]]]]]:
    """Write the notebooks to grade: the solution in the whole one, the others without figures."""
    answers = case.exercise.answers
    everything = tuple(case.bundle.tests)
    whole = nbformat.writes(fill_in(case.bundle.release, answers)).encode()
    yield case.bundle, {SOLUTION_NAME: (whole, everything)}
    short = replace(case.bundle, release=without_figures(case.bundle.release, case.cells))
    todo = {BLANK: (nbformat.writes(short.release).encode(), everything)}
    others = {f"right/{variant.name}": variant.answers for variant in case.right}
    others |= {idea.name: idea.answers for idea in case.wrong}
    for name, changed in others.items():
        notebook = nbformat.writes(fill_in(short.release, {**answers, **changed}))
        todo[name] = notebook.encode(), parts_that_depend(case.cells, changed)
    names = list(todo)
    for n in range(0, len(names), _CHUNK):
        yield short, {name: todo[name] for name in names[n : n + _CHUNK]}


def without_figures(release: NotebookNode, cells: Sequence[Cell]) -> NotebookNode:
    """Leave out the cells of code that no answer and no test needs."""
    goals = [n for n, cell in enumerate(cells) if cell.kind != PLAIN]
    wanted, numbers = needed(cells, goals), iter(range(len(cells)))
    kept = [c for c in release.cells if c.cell_type != "code" or next(numbers) in wanted]
    return nbformat.from_dict({**release, "cells": kept})


def _trials(case: _Case, seeds: int) -> Trials:
    """Choose what the prover tries at every check."""
    labels = mutation.mutants_of(case.cells)
    alive = proven.alive_at_last(case.exercise)
    killed = [mutant for label, mutant in labels.items() if label not in alive]
    marked = {c.metadata.nbgrader.grade_id: c.source
              for c in case.exercise.notebook.cells if is_test(c)}  # fmt: skip
    return Trials(
        with_examples(case.cells, _docstrings(case.exercise)),
        mutants=_sample(killed),
        seeds=tuple(range(seeds)),
        variants={f"right/{variant.name}": variant.answers for variant in case.right},
        claims=tuple(replay.claims(case.cells, marked)),
    )


def _sample(killed: list[Mutant]) -> tuple[Mutant, ...]:
    """Choose some, always the same, from all over the notebook."""
    return tuple(killed[:: max(1, len(killed) // proven.SAMPLE)][: proven.SAMPLE])


def _docstrings(exercise: Exercise) -> dict[str, str]:
    found = {}
    for source in code_answers(exercise).values():
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found[node.name] = ast.get_docstring(node) or ""
    return found


def _watch(jobs: list[Job], exercises: Sequence[Exercise], progress: Progress | None) -> None:
    """Wait for jobs, and say how many are done."""
    for done, _ in enumerate(as_completed(jobs), start=1):
        if progress:
            progress(f"{len(exercises)} exercises", done, len(jobs))


# ---------------------------------------------------------------------------------------
# findings


def _findings(case: _Case, found: list[dict[str, Result] | Tried], seeds: int) -> list[Finding]:
    results = {k: r for one in found if isinstance(one, dict) for k, r in one.items()}
    tried = [one for one in found if isinstance(one, Tried)]
    ideas = {idea.name: idea for idea in case.wrong}
    findings = [_finding(result, case, ideas.get(name)) for name, result in results.items()]
    lost = {k: v for one in tried for k, v in _lost(case, one).items()}
    if not lost and seeds >= proven.SEEDS:
        proven.store_seeds(case.exercise, case.cells, case.right, seeds)
    problems = [
        *lint(case.bundle), *broken_rules(case.exercise, case.wrong, case.right),
        *proven.problems(case.exercise, case.cells, case.right),
        *(f"{name}: {words}" for name, words in lost.items()),
        *(problem for one in tried for problem in _passed(case, one)),
        *_told(case, results[BLANK]),
    ]  # fmt: skip
    return findings + [Finding("exercise", "", "", False, problem) for problem in problems]


def _lost(case: _Case, tried: Tried) -> dict[str, str]:
    """Say what right answers lost: on some seeds, or in the examples of their docstrings."""
    outcomes = {"the reference": tried.reference, **tried.seeds}
    most = {**case.points, **{k: 1.0 for k in tried.reference if k not in case.points}}
    return {
        f"{name} in {key}": one.message
        for name, outcome in outcomes.items()
        for key, one in outcome.items()
        if one.score < most[key]
    }


def _passed(case: _Case, tried: Tried) -> Iterator[str]:
    """Name the mutants, and the answers known by heart, that lose nothing."""
    for label in mutation.survivors(case.cells, tried.mutants):
        yield f"no test finds the mistake {label}"
    for name in mutation.survivors(case.cells, tried.claims):
        yield f"an answer that {name} earns everything: let hidden tests ask something else"


def _told(case: _Case, blank: Result) -> Iterator[str]:
    """Name lines of answers and hidden tests that the notebook or a page of feedback shows."""
    secrets = leaks.secret_lines(case.exercise)
    if blank.notebook:
        work = work_by_part(nbformat.reads(blank.notebook, as_version=4))
        for line in sorted(secrets & leaks.plain_lines(render(blank, work))):
            yield f"feedback shows a line of an answer or a hidden test: {line}"
    for line in sorted(secrets & leaks.plain_lines(nbformat.writes(case.bundle.release))):
        yield f"the students' notebook shows a line of an answer or a hidden test: {line}"


def _finding(result: Result, case: _Case, idea: Misconception | None) -> Finding:
    """Compare what a submission earned with what it must earn; other parts lose nothing."""
    parts = {part.grade_id: part for part in result.parts if not part.manual}
    loses: Mapping[str, float] = idea.loses if idea else {}
    if result.student == BLANK:
        loses = case.points
    problems = list(_problems(result, case, loses, idea.says if idea else {}))
    told = [part.message for part in parts.values() if part.status != PASSED]
    total = sum(case.points.values())
    return Finding(
        name=result.student,
        expected=f"{total - sum(loses.values()):g}",
        got=f"{total - sum(part.max_score - part.score for part in parts.values()):g}",
        ok=not problems,
        message="; ".join(problems) or (" / ".join(told) if idea else ""),
    )


def _problems(
    result: Result, case: _Case, loses: Mapping[str, float], says: Mapping[str, list[str]]
) -> Iterator[str]:
    if result.status != GRADED:
        yield f"{result.status}: {result.reason}"
        return
    parts = {part.grade_id: part for part in result.parts if not part.manual}
    for key in loses.keys() - parts.keys():
        yield f"{key}: does not depend on the answers that this changes"
    for key, part in parts.items():
        expected = case.points[key] - loses.get(key, 0.0)
        if abs(part.score - expected) > 1e-9:
            yield f"{key}: expected {expected:g}, got {part.score:g} ({part.message})"
        for word in says.get(key, ()):
            if word.lower() not in part.message.lower():
                yield f"{key}: expected {word!r} in {part.message!r}"
    if result.student == SOLUTION_NAME:
        yield from _errors(result)


def _errors(result: Result) -> Iterator[str]:
    """Name what fails when the whole solution notebook is run."""
    for cell in nbformat.reads(result.notebook, as_version=4).cells:
        if error := first_error(cell):
            line = cell.source.strip().split("\n")[0]
            yield f"the cell that begins with {line!r} fails: {error.ename}: {error.evalue}"
