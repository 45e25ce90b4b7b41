"""Read what an author wrote in a quiz: marked answers, feedback below them, the worked answer.

`quiz` says how a quiz is written. This part knows nothing of Sphinx.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MARK = re.compile(r"(?P<mark>\((?P<one>[ x])\)|\[(?P<some>[ x])\]|=|~|\d+\.)\s+(?P<words>\S.*)")
NUMBER = re.compile(
    r"(?P<value>[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?)"
    r"(?:\s*±\s*(?P<within>[\d.e-]+))?(?:\s+(?P<unit>\S.*))?"
)
UNIT = re.compile(r"(?P<name>\S.*?)\s*=\s*(?P<factor>[\d.e-]+)")
RULE = re.compile(r"-{3,}\s*")
KINDS = {"(": "single", "[": "multiple", "=": "number", "~": "number"}


class AuthorError(Exception):
    """A line of a quiz that is not as it should be.

    Parameters
    ----------
    line : int, optional
        Counted from the first line of the directive's content, which is 0; None for its head.
    expected, got : str
    """

    def __init__(self, line: int | None, expected: str, got: str) -> None:
        super().__init__(f"quiz: expected {expected}, got {got}")
        self.line = line


@dataclass
class Answer:
    """One marked line, and the indented lines below it."""

    line: int
    mark: str
    words: str
    feedback: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        return "x" in self.mark or self.mark == "="


@dataclass
class Quiz:
    """What an author wrote, in its parts; each part knows its first line."""

    kind: str
    preamble: list[str]
    answers: list[Answer]
    worked: list[str]
    worked_line: int


def read_quiz(lines: list[str]) -> Quiz:
    """Take a quiz's content apart.

    Raises
    ------
    AuthorError
        If it is none, with the line and what was expected there.

    Examples
    --------
    >>> quiz = read_quiz(["( ) 27", "  One short.", "(x) 28", "---", "32 - 5 + 1."])
    >>> quiz.kind, [answer.right for answer in quiz.answers]
    ('single', [False, True])
    """
    rules = [number for number, line in enumerate(lines) if RULE.fullmatch(line)]
    if not rules:
        raise AuthorError(len(lines) - 1, "a line --- and the worked answer below it", "the end")
    last = rules[-1]
    preamble, answers = _split(lines[:last])
    worked = lines[last + 1 :]
    if not any(worked):
        raise AuthorError(last, "a worked answer below ---", "nothing")
    if not answers:
        raise AuthorError(last, "answers marked (x), [x], = or 1. above ---", "none")
    quiz = Quiz(_kind(answers), preamble, answers, worked, last + 1)
    {"single": _check_single, "multiple": _check_multiple, "number": _check_number,
     "order": _check_order}[quiz.kind](quiz)  # fmt: skip
    return quiz


def _split(lines: list[str]) -> tuple[list[str], list[Answer]]:
    preamble: list[str] = []
    answers: list[Answer] = []
    for number, line in enumerate(lines):
        found = MARK.fullmatch(line)
        if found:
            answers.append(Answer(number, found["mark"], found["words"].strip()))
        elif not answers:
            preamble.append(line)
        elif line.startswith("  ") or not line.strip():
            answers[-1].feedback.append(line.strip())
        else:
            raise AuthorError(
                number, "a marked answer, or feedback indented by two spaces", repr(line)
            )
    return preamble, answers


def _kind(answers: list[Answer]) -> str:
    kinds = [KINDS.get(answer.mark[0], "order") for answer in answers]
    for answer, kind in zip(answers, kinds, strict=True):
        if kind != kinds[0]:
            raise AuthorError(
                answer.line, f"the marks of one kind of question ({kinds[0]})", repr(answer.mark)
            )
    return kinds[0]


def _want_feedback(answer: Answer, reason: str) -> None:
    if not any(answer.feedback):
        raise AuthorError(answer.line, f"indented feedback, {reason}", "none")


def _check_single(quiz: Quiz) -> None:
    right = [answer for answer in quiz.answers if answer.right]
    if len(right) != 1 or len(quiz.answers) < 2:
        raise AuthorError(
            quiz.answers[0].line, "two or more answers, one of them marked (x)",
            f"{len(quiz.answers)} answers, {len(right)} marked",
        )  # fmt: skip
    for answer in quiz.answers:
        if not answer.right:
            _want_feedback(answer, "the misconception behind this wrong answer")


def _check_multiple(quiz: Quiz) -> None:
    if len(quiz.answers) < 2 or not any(answer.right for answer in quiz.answers):
        raise AuthorError(quiz.answers[0].line, "two or more answers, at least one marked [x]",
                          f"{len(quiz.answers)} answers")  # fmt: skip
    for answer in quiz.answers:
        _want_feedback(answer, "for a reader who has this one wrong")


def _check_number(quiz: Quiz) -> None:
    if [answer.mark for answer in quiz.answers].count("=") != 1:
        raise AuthorError(quiz.answers[0].line, "one right number, marked =", "none, or several")
    for answer in quiz.answers:
        if answer.words != "other" and not NUMBER.fullmatch(answer.words):
            raise AuthorError(answer.line, "a number such as 86.7 ± 0.1 MB", repr(answer.words))
        if not answer.right:
            _want_feedback(answer, "how a reader comes to this number")
    if quiz.answers[-1].words != "other":
        raise AuthorError(
            quiz.answers[-1].line, "`~ other` last, with a hint for all other numbers",
            repr(quiz.answers[-1].words),
        )  # fmt: skip


def _check_order(quiz: Quiz) -> None:
    marks = [answer.mark for answer in quiz.answers]
    if len(marks) < 3 or marks != [f"{number}." for number in range(1, len(marks) + 1)]:
        raise AuthorError(quiz.answers[0].line, "three or more steps, numbered from 1.",
                          " ".join(marks))  # fmt: skip
    for answer in quiz.answers[1:]:
        _want_feedback(answer, "why this step comes after the one before it")


def read_units(text: str) -> dict[str, float]:
    """Read ``GB = 1000, kB = 0.001``.

    Raises
    ------
    AuthorError
        If it is not of that form.
    """
    units = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = UNIT.fullmatch(part)
        if not found:
            raise AuthorError(None, ":units: such as GB = 1000, kB = 0.001", repr(part))
        units[found["name"]] = float(found["factor"])
    return units
