"""A class in miniature: one submission of every kind, with the score that each must get.

The submissions are real notebooks made from the exercise itself; they are handed in through
nbgrader's exchange, or dropped into an inbox as a learning platform's download would be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from cnncourse.authoring.build import fill_in
from cnncourse.authoring.source import Exercise, read_misconceptions
from cnncourse.grading.annotate import release_of
from cnncourse.grading.course import Course, Progress, new_course
from cnncourse.grading.results import GRADED, MISSING, REFUSED, Result
from cnncourse.grading.roster import Student

INBOX = "inbox"
EXCHANGE = "exchange"

# A progress bar as tqdm draws it, and a warning: both go to the error stream.
_NOISY = '''
def _noisy(function):
    import functools, sys, warnings

    @functools.wraps(function)
    def noisy(*args, **kwargs):
        sys.stderr.write("\\r100%|##########| 3/3 [00:00<00:00, 71.2it/s]\\n")
        warnings.warn("this is only a warning", stacklevel=2)
        return function(*args, **kwargs)

    return noisy


{name} = _noisy({name})
'''
_LOOPS = '''

def {name}(*args, **kwargs):
    while True:
        pass
'''
_DIES = '''
import os
os._exit(1)
'''


@dataclass(frozen=True)
class Submission:
    """What one student of the sample class hands in, and what must come of it.

    Parameters
    ----------
    student : Student
    files : mapping of str to bytes
        Empty where nothing is handed in.
    status : str
        As in `Result`.
    score : float
        Of the parts that are graded automatically.
    words : tuple of str
        Must occur in the reason, the repairs or the messages.
    way : str
        'exchange' or 'inbox'.
    known : bool
        Whether the roster holds the student.
    """

    student: Student
    files: Mapping[str, bytes]
    status: str
    score: float
    words: tuple[str, ...] = ()
    way: str = EXCHANGE
    known: bool = True

    def problems(self, result: Result) -> list[str]:
        """Say what in a result is not as it must be."""
        found = []
        if result.status != self.status:
            found.append(f"expected the status {self.status}, got {result.status}")
        if abs(result.score - self.score) > 1e-9:
            found.append(f"expected {self.score:g} points, got {result.score:g}")
        messages = [result.reason, *result.repairs, *(part.message for part in result.parts)]
        said = "\n".join(messages).lower()
        found += [f"expected the words {w!r}" for w in self.words if w.lower() not in said]
        return found


def sample_class(exercise: Exercise) -> list[Submission]:
    """Make one submission of every kind for an exercise.

    Parameters
    ----------
    exercise : Exercise
        With at least two code cells to fill, each of which defines a function.
    """
    return list(_Sample(exercise, release_of(exercise)).submissions())


def make_sample_class(
    folder: Path,
    exercise: Exercise,
    progress: Progress | None = None,
    submissions: Sequence[Submission] | None = None,
) -> list[Result]:
    """Make a course in a folder and take the sample class through all of it.

    Parameters
    ----------
    folder : Path
        New or empty.
    exercise : Exercise
    progress : callable, optional
        Called with (student, done, all).
    submissions : sequence of Submission, optional
        Some of `sample_class(exercise)`; all of them by default.

    Returns
    -------
    list of Result
        One for each submission, in their order.
    """
    submissions = sample_class(exercise) if submissions is None else submissions
    roster = [submission.student for submission in submissions if submission.known]
    folder = new_course(folder, [exercise], roster).folder
    course = Course(folder)
    course.release(exercise.name)
    for submission in submissions:
        _hand_in(course, exercise.name, submission)
    course.collect(exercise.name)
    course.collect(exercise.name, folder / INBOX)
    course.autograde(exercise.name, progress=progress)
    course.feedback(exercise.name)
    course.export(exercise.name, folder / "grades.csv")
    order = {submission.student.id: n for n, submission in enumerate(submissions)}
    return sorted(course.results(exercise.name), key=lambda result: order[result.student])


def _hand_in(course: Course, assignment: str, submission: Submission) -> None:
    if not submission.files:
        return
    student = submission.student.id
    if submission.way == EXCHANGE:
        home = course.folder / "homes" / student
        _write(home / assignment, submission.files)
        course.submit(assignment, student, home)
    else:
        _write(course.folder / INBOX / student, submission.files)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


class _Sample:
    """The submissions for one exercise."""

    def __init__(self, exercise: Exercise, release: NotebookNode) -> None:
        self.exercise = exercise
        self.release = release
        self.full = sum(part.points for part in exercise.parts if not part.manual)
        self.code = [
            cell.metadata.nbgrader.grade_id
            for cell in release.cells
            if is_solution(cell) and cell.cell_type == "code"
        ]

    def submissions(self) -> Iterator[Submission]:
        yield from self._honest()
        yield from self._wrong()
        yield from self._broken()
        yield from self._refused()

    def _honest(self) -> Iterator[Submission]:
        answers = self.exercise.answers
        yield self._graded("right", "Ada", "Lovelace", {}, self.full, "every test passed")
        noisy = {}
        for key in self.code:
            noisy[key] = answers[key] + _NOISY.format(name=_defined(answers[key]))
        yield self._graded("progress_bar", "Łukasz", "Żółć", noisy, self.full, "every test passed")
        notebook, test = self._without_a_test()
        yield replace(
            self._graded("deleted_test", "Søren", "O'Brien, Jr.", {}, self.full, test, "missing"),
            files=self._files(notebook),
        )

    def _wrong(self) -> Iterator[Submission]:
        blank = self._graded("blank", "=Nobody", 'Un"quoted"', {}, 0.0, "no answer")
        yield replace(blank, files=self._files(self.release))
        for idea in read_misconceptions(self.exercise):
            words = [word for said in idea.says.values() for word in said]
            score = self.full - sum(idea.loses.values())
            yield self._graded(idea.name, "Wrong", idea.name, idea.answers, score, *words)

    def _broken(self) -> Iterator[Submission]:
        answers = self.exercise.answers
        last, middle = self.code[-1], self.code[len(self.code) // 2]
        loops = {last: answers[last] + _LOOPS.format(name=_defined(answers[last]))}
        score = self._points_without(last)
        words = "time limit", "longer than the limit"
        yield self._graded("endless_loop", "Émile", "Zola", loops, score, *words)
        dies = {middle: answers[middle] + _DIES}
        score = self._points_without(middle)
        yield self._graded("kernel_dies", "李", "小龍", dies, score, "kernel died")

    def _refused(self) -> Iterator[Submission]:
        nobody = self._graded("", "", "", {}, 0.0)
        page = {f"{self.exercise.name}.ipynb": b"<html>Your session has expired</html>"}
        right = self._files(fill_in(self.release, self.exercise.answers))
        for student, status, words, files in (
            ("not_json", REFUSED, "not JSON", page),
            ("other_assignment", REFUSED, "notebook of", self._files(self._of_another())),
            ("no_notebook", REFUSED, "holds no notebook", {"answers.docx": b"PK"}),
            ("nothing_handed_in", MISSING, "nothing was handed in", {}),
            ("stranger", REFUSED, "no student of this course", right),
        ):
            yield replace(
                nobody,
                student=Student(student, "Jo", student.replace("_", " ")),
                status=status,
                words=(words,),
                files=files,
                way=EXCHANGE if student == "stranger" else INBOX,
                known=student != "stranger",
            )

    def _graded(
        self,
        student: str,
        first_name: str,
        last_name: str,
        changed: Mapping[str, str],
        score: float,
        *words: str,
    ) -> Submission:
        """Hand in the right answers but for the changed ones."""
        notebook = fill_in(self.release, {**self.exercise.answers, **changed})
        person = Student(student, first_name, last_name, f"{student}@example.org")
        return Submission(person, self._files(notebook), GRADED, score, words)

    def _files(self, notebook: NotebookNode) -> dict[str, bytes]:
        return {f"{self.exercise.name}.ipynb": nbformat.writes(notebook).encode()}

    def _without_a_test(self) -> tuple[NotebookNode, str]:
        notebook = fill_in(self.release, self.exercise.answers)
        test = next(cell for cell in notebook.cells if is_grade(cell) and not is_solution(cell))
        notebook.cells.remove(test)
        return notebook, test.metadata.nbgrader.grade_id

    def _of_another(self) -> NotebookNode:
        notebook = deepcopy(self.release)
        notebook.metadata.cnncourse.exercise = "99_another"
        return notebook

    def _points_without(self, answer: str) -> float:
        """Points of the automatic parts, but for those whose tests follow an answer cell."""
        points, current = 0.0, ""
        for cell in self.release.cells:
            if is_solution(cell):
                current = cell.metadata.nbgrader.grade_id
            elif is_grade(cell) and current != answer:
                points += cell.metadata.nbgrader.points
        return points


def _defined(source: str) -> str:
    """Name the last function that a cell defines."""
    return re.findall(r"^def (\w+)", source, flags=re.MULTILINE)[-1]
