"""A course folder: nbgrader's own layout, exchange and gradebook, with our preprocessors in it.

Every step may be repeated: it repeats no work that is done and leaves nothing half-written. A
submission that cannot be graded is refused by name and reason; the others go on.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeSubmit

from cnncourse.authoring.build import write_atomically
from cnncourse.authoring.source import Exercise
from cnncourse.errors import ArgumentError, CourseError, SetupError, SubmissionError
from cnncourse.grading.annotate import with_notes
from cnncourse.grading.collect import collect_exchange, collect_inbox, read_refusals
from cnncourse.grading.execute import AUTOGRADE, SANITIZE, grading_key, tests_digest
from cnncourse.grading.export import write_csv
from cnncourse.grading.feedback import write_page
from cnncourse.grading.gradebook import NO_GRADES, Grades, read_grades, score_nothing
from cnncourse.grading.intake import find_notebook, rebuild
from cnncourse.grading.layout import CONFIG_FILE, Desk, Layout, read_file, swap
from cnncourse.grading.results import (
    GRADED,
    MISSING,
    NOT_GRADED,
    REFUSED,
    Result,
    blank_parts,
    read_parts,
    reason_for,
)
from cnncourse.grading.roster import Student, check_id, read_roster

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, how many in all

_CONFIG = '''"""nbgrader's configuration of this course: its own commands work in this folder."""

from pathlib import Path

c = get_config()
here = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "cnncourse"
c.CourseDirectory.root = str(here)

# In this folder the exchange needs no rights elsewhere; for students with accounts of their own
# on this machine, name a folder that all of them can reach.
c.Exchange.root = str(here / "exchange")
c.Exchange.cache = str(here / "exchange_cache")

# Only students of the roster are graded (cnncourse new-course --students, or nbgrader db).
c.Autograde.create_student = False

# How long a cell may run, in seconds, if not as long as each exercise says:
# c.ExecuteSubmission.seconds_per_cell = 30

# What lateness costs; due dates are set by `cnncourse grade due`, timestamps come with what is
# collected. Points are taken off what was earned.
c.AssignLatePenalties.plugin_class = "cnncourse.grading.late.LatePolicy"
# c.LatePolicy.grace_minutes = 15
# c.LatePolicy.percent_per_day = 10
# c.LatePolicy.cap_percent = 50
# c.LatePolicy.free_days = 3
# c.LatePolicy.extensions = {{"02_convolution": {{"anna": 2}}}}  # days

# Submissions are rebuilt from the released notebook; endless loops, dying kernels and output on
# the error stream cost nothing but the part they belong to.
c.Autograde.sanitize_preprocessors = {sanitize}
c.Autograde.autograde_preprocessors = {autograde}
'''


def new_course(
    folder: Path, exercises: Iterable[Exercise], students: Sequence[Student] = ()
) -> Course:
    """Make a course that nbgrader understands, or bring the exercises of one up to date.

    Parameters
    ----------
    folder : Path
        A new or empty folder, or an existing course, whose configuration and grades stay.
    exercises : iterable of Exercise
        Each becomes an assignment of its name.
    students : sequence of Student
    """
    folder = Path(folder).resolve()
    if re.search(r"[*?\[\]{}+]", str(folder)):
        raise ArgumentError("folder", "a path without any of * ? [ ] { } +", folder)
    if folder.exists() and any(folder.iterdir()) and not (folder / CONFIG_FILE).exists():
        raise ArgumentError("folder", "an empty folder or a course", folder)
    for exercise in exercises:
        notebook = nbformat.writes(with_notes(exercise)) + "\n"
        write_atomically(folder / "source" / exercise.name / f"{exercise.name}.ipynb", notebook)
    if not (folder / CONFIG_FILE).exists():
        lists = {"sanitize": _as_code(SANITIZE), "autograde": _as_code(AUTOGRADE)}
        write_atomically(folder / CONFIG_FILE, _CONFIG.format(**lists))
    course = Course(folder)
    course.enrol(students)
    return course


def _as_code(names: Iterable[str]) -> str:
    return "[\n" + "".join(f'    "{name}",\n' for name in names) + "]"


class Course:
    """A course folder.

    Parameters
    ----------
    folder : Path
        Made by `new_course`.
    seconds_per_cell : int, optional
        Time limit per cell, instead of what each exercise says.
    """

    def __init__(self, folder: Path, seconds_per_cell: int | None = None) -> None:
        self._layout = Layout(folder)
        self.folder = self._layout.folder
        if seconds_per_cell is not None:
            self._layout.config.ExecuteSubmission.seconds_per_cell = seconds_per_cell

    # --- who and what ---

    def assignments(self) -> list[str]:
        """Names of the assignments there are."""
        return self._layout.assignments()

    def students(self) -> list[Student]:
        """The roster, by id."""
        with self._layout.gradebook() as gradebook:
            found = [
                Student(s.id, s.first_name or "", s.last_name or "", s.email or "")
                for s in gradebook.students
            ]
        return sorted(found, key=lambda student: student.id)

    def add_students(self, roster: Path) -> None:
        """Add the students of a CSV file, or bring their names up to date."""
        self.enrol(read_roster(roster))

    def enrol(self, students: Iterable[Student]) -> None:
        """Add students, or bring their names up to date."""
        students = list(students)
        for student in students:
            check_id(student.id)
        with self._layout.gradebook() as gradebook:
            for student in students:
                gradebook.update_or_create_student(
                    student.id,
                    first_name=student.first_name,
                    last_name=student.last_name,
                    email=student.email,
                )

    def set_due(self, assignment: str, when: datetime) -> None:
        """Set an assignment's due date.

        Parameters
        ----------
        assignment : str
        when : datetime
            With a time zone.
        """
        self._layout.check_assignment(assignment)
        due = when.astimezone(UTC).replace(tzinfo=None)  # as nbgrader keeps it
        with self._layout.gradebook() as gradebook:
            gradebook.update_or_create_assignment(assignment, duedate=due)

    # --- the steps ---

    def release(self, assignment: str) -> Path:
        """Make the students' notebook and put it into the exchange; say where it is."""
        self._layout.check_assignment(assignment)
        released = self._layout.released(assignment)
        with self._layout.desk() as desk:
            places = {"release_directory": self._layout.work.name}
            try:
                desk.converter(GenerateAssignment, assignment, **places).start()
            except NbGraderException as error:
                raise CourseError(f"{assignment}: not released: {desk.cause(error)}") from error
            swap(self._layout.work / assignment, released.parent)
            exchange = desk.exchange(ExchangeReleaseAssignment, assignment)
            exchange.force = True
            try:
                exchange.start()
            except (ExchangeError, OSError) as error:
                raise SetupError(f"{assignment}: not put into the exchange: {error}") from error
        return released

    def submit(self, assignment: str, student: str, home: Path) -> None:
        """Hand in through the exchange, as `nbgrader submit` does for a student.

        Parameters
        ----------
        assignment, student : str
        home : Path
            The student's folder, which holds a folder of the assignment's name.
        """
        with self._layout.desk() as desk:
            exchange = desk.exchange(ExchangeSubmit, assignment)
            exchange.assignment_dir = str(home)
            exchange.coursedir.student_id = student
            try:
                exchange.start()
            except (ExchangeError, OSError) as error:
                raise SetupError(f"{assignment}: not handed in: {error}") from error

    def collect(self, assignment: str, inbox: Path | None = None) -> list[str]:
        """Bring submissions in, from the exchange or from a learning platform's folder or zip.

        Parameters
        ----------
        assignment : str
        inbox : Path, optional
            Holds `STUDENT/*.ipynb` or `STUDENT.ipynb`; without it, nbgrader's exchange is asked.

        Returns
        -------
        list of str
            Whose submission was found there. What was refused is in `results`.
        """
        self._layout.check_released(assignment)
        roster = {student.id for student in self.students()}
        with self._layout.desk() as desk:
            if inbox is None:
                return collect_exchange(self._layout, desk, assignment, roster)
            return collect_inbox(self._layout, assignment, Path(inbox), roster)

    def autograde(
        self,
        assignment: str,
        only: str | None = None,
        force: bool = False,
        progress: Progress | None = None,
    ) -> list[Result]:
        """Run and score every submission that has not been yet.

        Parameters
        ----------
        assignment : str
        only : str, optional
            One student.
        force : bool
            Grade again what is graded; scores given by hand stay.
        progress : callable, optional
            Called with (student, done, all).

        Returns
        -------
        list of Result
            One for each student of the roster (or for `only`), and one for each unknown student
            who handed something in.
        """
        self._layout.check_released(assignment)
        roster = [student.id for student in self.students()]
        if only is not None and only not in roster:
            raise ArgumentError("only", "a student of the roster", only)
        todo = [only] if only else roster
        tests = self._tests(assignment)
        broken = {}
        for done, student in enumerate(todo):
            if progress:
                progress(student, done, len(todo))
            with self._layout.desk() as desk:
                try:
                    self._autograde_one(desk, assignment, student, tests, force)
                except Exception as error:  # whatever broke, the others are graded
                    broken[student] = f"grading broke ({desk.cause(error)}); grade again"
                    desk.log.exception("%s", student)
        if progress:
            progress("", len(todo), len(todo))
        results = self.results(assignment)
        return [
            replace(r, status=NOT_GRADED, reason=broken[r.student]) if r.student in broken else r
            for r in results
            if only in (None, r.student)
        ]

    def results(self, assignment: str) -> list[Result]:
        """Read every student's result from the graded notebooks and the gradebook."""
        self._layout.check_released(assignment)
        roster = [student.id for student in self.students()]
        refused = read_refusals(self._layout, assignment)
        grades = read_grades(self._layout.gradebook, assignment)
        tests = self._tests(assignment)
        known = [
            self._result(
                assignment, one, tests, refused.get(one, ""), grades.get(one, NO_GRADES)
            )
            for one in roster
        ]
        strangers = [
            Result(student, assignment, REFUSED, reason)
            for student, reason in sorted(refused.items())
            if student not in roster
        ]
        return known + strangers

    def feedback(self, assignment: str) -> list[Path]:
        """Write a page for each student who handed something in; say where they are."""
        pages = []
        names = {student.id: student for student in self.students()}
        for result in self.results(assignment):
            if result.status not in (GRADED, REFUSED) or result.student not in names:
                continue
            graded = self._layout.graded(assignment, result.student)
            notebook = read_file(graded) if result.status == GRADED else None
            folder = self._layout.of_student("feedback", result.student, assignment)
            pages.append(write_page(result, notebook, folder / f"{assignment}.html"))
            self._prepare_return(folder, assignment, result.student)
        return pages

    def export(self, assignment: str, path: Path) -> Path:
        """Write the results as CSV."""
        return write_csv(self.results(assignment), self.students(), Path(path))

    # --- one student ---

    def _prepare_return(self, folder: Path, assignment: str, student: str) -> None:
        """Lay beside a feedback page what `nbgrader release_feedback` looks for there.

        The secret names the page in the exchange, so that only its student can find it; what did
        not come through the exchange has none yet.
        """
        submitted = self._layout.of_student("submitted", student, assignment)
        for name, otherwise in (
            ("timestamp.txt", ""),
            ("submission_secret.txt", secrets.token_hex(64)),
        ):
            if (submitted / name).is_file():
                write_atomically(folder / name, (submitted / name).read_text())
            elif not (folder / name).exists():
                write_atomically(folder / name, otherwise)

    def _autograde_one(
        self, desk: Desk, assignment: str, student: str, tests: str, force: bool
    ) -> None:
        submitted = self._layout.of_student("submitted", student, assignment)
        if not submitted.is_dir():
            return
        graded = self._layout.graded(assignment, student).parent
        try:
            file = self._accept(assignment, submitted)
        except SubmissionError as error:
            reason = f"Refused: {error.problem}"
            score_nothing(self._layout.gradebook, assignment, student, reason)
            if graded.exists():
                shutil.rmtree(graded)
            return
        if force or not self._is_graded(assignment, student, tests, file):
            swap(self._execute(desk, assignment, student, file), graded)

    def _execute(self, desk: Desk, assignment: str, student: str, file: Path) -> Path:
        """Let nbgrader's converter grade in the work folder, with this one submission in it."""
        work = self._layout.work
        private = work / "in" / student / assignment
        private.mkdir(parents=True)
        shutil.copyfile(file, private / f"{assignment}.ipynb")
        timestamp = self._layout.of_student("submitted", student, assignment) / "timestamp.txt"
        if timestamp.is_file():
            shutil.copyfile(timestamp, private / "timestamp.txt")
        desk.converter(
            Autograde,
            assignment,
            student_id=student,
            submitted_directory=f"{work.name}/in",
            autograded_directory=f"{work.name}/out",
        ).start()
        return work / "out" / student / assignment

    def _accept(self, assignment: str, submitted: Path) -> Path:
        """Find the submitted notebook and make sure that it can be rebuilt."""
        file = find_notebook(submitted, assignment)
        rebuild(read_file(self._layout.released(assignment)), file.read_bytes(), file)
        return file

    def _is_graded(self, assignment: str, student: str, tests: str, file: Path) -> bool:
        graded = self._layout.graded(assignment, student)
        if not graded.is_file():
            return False
        key = grading_key(tests, self._layout.released(assignment), file)
        return read_file(graded).metadata.get("cnncourse", {}).get("key") == key

    def _result(
        self, assignment: str, student: str, tests: str, refusal: str, grades: Grades
    ) -> Result:
        submitted = self._layout.of_student("submitted", student, assignment)
        repairs = [f"another file was refused: {refusal}"] if refusal else []
        if submitted.is_dir():
            try:
                file = self._accept(assignment, submitted)
                if self._is_graded(assignment, student, tests, file):
                    return self._graded_result(assignment, student, repairs, grades)
                status, reason = NOT_GRADED, "handed in, not graded yet"
            except SubmissionError as error:
                status, reason = REFUSED, f"{error.path.name}: {error.problem}"
        elif refusal:
            status, reason, repairs = REFUSED, refusal, []
        else:
            status, reason = MISSING, "nothing was handed in"
        parts = map(grades.apply, blank_parts(read_file(self._layout.released(assignment))))
        return Result(student, assignment, status, reason, tuple(repairs), tuple(parts))

    def _graded_result(
        self, assignment: str, student: str, repairs: list[str], grades: Grades
    ) -> Result:
        notebook = read_file(self._layout.graded(assignment, student))
        parts = tuple(map(grades.apply, read_parts(notebook)))
        reason = reason_for(notebook, parts)
        repaired = (*notebook.metadata.cnncourse.repairs, *repairs)
        return Result(student, assignment, GRADED, reason, repaired, parts, grades.penalty)

    def _tests(self, assignment: str) -> str:
        return tests_digest(self._layout.coursedir.db_url, assignment, assignment)
