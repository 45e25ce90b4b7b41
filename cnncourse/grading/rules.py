"""What every exercise owes its students, beside honest tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence

from nbformat import NotebookNode

from cnncourse.authoring.source import Exercise, Misconception, Variant, without_marks
from cnncourse.grading.engine import forbidden
from cnncourse.grading.engine.bundle import hidden_lines, is_answer, is_test
from cnncourse.grading.engine.names import made, needed
from cnncourse.grading.feedback import what_is_tested

MISCONCEPTIONS, VARIANTS, HINTS = 4, 2, 2  # at least so many
_DRAWS = re.compile(r"\b(?:show_\w+|draw\w*|new_figure)\(|\bplt\.|\.(?:plot|imshow)\(|\bplots?\.")
_CHANCE = re.compile(r"\b(?:default_rng|manual_seed|RandomState|seed_everything|random\.seed)\(")
_LONGEST = 240  # minutes
_FEWEST_WORDS = 5  # on what is tested

_Rule = Callable[[Exercise], Iterator[str]]


def broken_rules(
    exercise: Exercise, wrong: Sequence[Misconception], right: Sequence[Variant]
) -> list[str]:
    """Say what an exercise lacks.

    Parameters
    ----------
    exercise : Exercise
    wrong : sequence of Misconception
    right : sequence of Variant

    Returns
    -------
    list of str
        A line for each.
    """
    found = [problem for rule in _RULES for problem in rule(exercise)]
    return [*found, *_counts(exercise, wrong, right), *_variants(exercise, right)]


def code_answers(exercise: Exercise) -> dict[str, str]:
    """Give the reference answers that are code, by grade_id."""
    code = {cell.id for cell in exercise.notebook.cells if cell.cell_type == "code"}
    return {key: source for key, source in exercise.answers.items() if key in code}


# ---------------------------------------------------------------------------------------
# the notebook's text


def _opens_well(exercise: Exercise) -> Iterator[str]:
    cells = exercise.notebook.cells
    first = next((n for n, cell in enumerate(cells) if is_answer(cell)), len(cells))
    if not any("you will be able to" in " ".join(cell.source.split()) for cell in cells[:first]):
        yield "it does not open with its goals (“… you will be able to …”)"
    if not any(cell.cell_type == "code" and _DRAWS.search(cell.source) for cell in cells[:first]):
        yield "no cell above the first answer draws a figure"
    if not exercise.folder.parents[1].joinpath(exercise.chapter).is_file():
        yield f"its chapter {exercise.chapter} is no page of the book"
    if exercise.minutes > _LONGEST:
        yield f"{exercise.minutes} minutes are too long for one assignment"


def _has_hints(exercise: Exercise) -> Iterator[str]:
    hints, answers = 0, 0
    for cell in exercise.notebook.cells:
        if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata:
            hints += len(re.findall(r"<summary>Hint", cell.source))
        answers += is_answer(cell)
        if is_test(cell):
            if answers and hints < HINTS:
                name = cell.metadata.nbgrader.grade_id
                yield f"{name}: {hints} hints above it, expected a ladder of {HINTS} or more"
            hints, answers = 0, 0


def _has_rubric(exercise: Exercise) -> Iterator[str]:
    manual = [part.grade_id for part in exercise.parts if part.manual]
    if not manual:
        yield "no written question"
    for key in manual:
        if not re.search(r"\*\*(Marking|Rubric)", exercise.answers[key]):
            yield f"{key}: no rubric (a paragraph that begins with **Marking**)"


# ---------------------------------------------------------------------------------------
# its tests


def _tests(exercise: Exercise) -> Iterator[tuple[str, NotebookNode]]:
    for cell in exercise.notebook.cells:
        if is_test(cell):
            yield cell.metadata.nbgrader.grade_id, cell


def _says_what_is_tested(exercise: Exercise) -> Iterator[str]:
    for name, cell in _tests(exercise):
        if len(what_is_tested(cell.source).split()) < _FEWEST_WORDS:
            yield f"{name}: no comment at its head says what is tested"


def _asserts_speak(exercise: Exercise) -> Iterator[str]:
    for name, cell in _tests(exercise):
        source, hidden = without_marks(cell.source, "HIDDEN TESTS"), hidden_lines(cell.source)
        if not hidden:
            yield f"{name}: no hidden test"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Assert):
                if node.msg is None:
                    yield f"{name}, line {node.lineno}: an assert without a message"
                elif node.lineno in hidden and not isinstance(node.msg, ast.Constant):
                    yield f"{name}, line {node.lineno}: a hidden test's message shows a value"


def _draws_from_seed(exercise: Exercise) -> Iterator[str]:
    for name, cell in _tests(exercise):
        lines = without_marks(cell.source, "HIDDEN TESTS").split("\n")
        hidden = "\n".join(lines[number - 1] for number in hidden_lines(cell.source))
        if _CHANCE.search(hidden) and not re.search(r"\bseed\(\)", hidden):
            yield f"{name}: hidden tests draw from a fixed number; use cnncourse.probes.seed()"


def _stand_alone(exercise: Exercise) -> Iterator[str]:
    """A mistake in one part costs nothing in another: tests call the answers just above them."""
    own: set[str] = set()
    answers = {name for source in code_answers(exercise).values() for name in made(source)}
    for cell in exercise.notebook.cells:
        if cell.cell_type == "code" and is_answer(cell):
            own |= made(without_marks(cell.source, "SOLUTION"))
        if is_test(cell):
            read = needed(without_marks(cell.source, "HIDDEN TESTS"))
            for name in sorted((read & answers) - own):
                yield f"{cell.metadata.nbgrader.grade_id}: it uses “{name}” of another part"
            own = set()


# ---------------------------------------------------------------------------------------
# its answers


def _have_examples(exercise: Exercise) -> Iterator[str]:
    for key, source in code_answers(exercise).items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                if ">>>" not in (ast.get_docstring(node) or ""):
                    yield f"{key}: the docstring of {node.name} has no example"
            elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Assign):
                yield f"{key}: expected functions and classes, got line {node.lineno}"


def _call_nothing_forbidden(exercise: Exercise) -> Iterator[str]:
    yield from _forbidden(exercise, "the reference", {})


def _variants(exercise: Exercise, right: Sequence[Variant]) -> Iterator[str]:
    for variant in right:
        yield from _forbidden(exercise, f"right/{variant.name}.py", variant.answers)


def _forbidden(exercise: Exercise, who: str, answers: dict[str, str]) -> Iterator[str]:
    known: dict[str, str] = {}
    for cell in exercise.notebook.cells:
        if cell.cell_type == "code" and not is_test(cell):
            source = answers.get(cell.id, without_marks(cell.source, "SOLUTION"))
            used = forbidden.find(source, exercise.may_not_call, known)
            if cell.id in answers or (is_answer(cell) and not answers):
                yield from (f"{cell.id}: {who} calls {name}" for name in used)


def _counts(
    exercise: Exercise, wrong: Sequence[Misconception], right: Sequence[Variant]
) -> Iterator[str]:
    for key in code_answers(exercise):
        for found, least, what in (
            (wrong, MISCONCEPTIONS, "wrong"), (right, VARIANTS, "right"),
        ):  # fmt: skip
            count = sum(key in one.answers for one in found)
            if count < least:
                yield f"{key}: {count} files in {what}/ answer it, expected {least} or more"


_RULES: tuple[_Rule, ...] = (
    _opens_well, _has_hints, _has_rubric, _says_what_is_tested, _asserts_speak, _draws_from_seed,
    _stand_alone, _have_examples, _call_nothing_forbidden,
)  # fmt: skip
