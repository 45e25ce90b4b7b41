"""A course folder: nbgrader's own layout, exchange and gradebook, with our preprocessors in it.

Every step may be repeated: it repeats no work that is done and leaves nothing half-written. A
submission that cannot be graded is refused by name and reason; the others go on.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeSubmit

from cnncourse.authoring.build import write_atomically
from cnncourse.authoring.source import Exercise
from cnncourse.errors import ArgumentError, CourseError, SetupError
from cnncourse.grading.analysis import analyse
from cnncourse.grading.annotate import with_notes
from cnncourse.grading.collect import collect_exchange, collect_inbox, read_refusals
from cnncourse.grading.execute import AUTOGRADE, SANITIZE
from cnncourse.grading.export import write_csv
from cnncourse.grading.feedback import code_of, write_page
from cnncourse.grading.gradebook import NO_GRADES, Grades, read_grades
from cnncourse.grading.layout import CONFIG_FILE, Layout, read_file, swap
from cnncourse.grading.operations import backups
from cnncourse.grading.operations.autograde import (
    Options,
    Plan,
    Progress,
    Report,
    autograde,
    plan,
)
from cnncourse.grading.operations.backups import Change
from cnncourse.grading.operations.lock import only_writer
from cnncourse.grading.operations.register import Register
from cnncourse.grading.platforms import Filled, fill_in
from cnncourse.grading.report import write_report
from cnncourse.grading.results import GRADED, MISSING, NOT_GRADED, REFUSED, Result
from cnncourse.grading.roster import Student, check_id, read_roster
from cnncourse.grading.similarity import find_similar

ALL = Options()  # everything that has not been graded yet, from this process

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
        with only_writer(self.folder), self._layout.desk() as desk:
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
        with only_writer(self.folder), self._layout.desk() as desk:
            if inbox is None:
                return collect_exchange(self._layout, desk, assignment, roster)
            return collect_inbox(self._layout, assignment, Path(inbox), roster)

    def refusals(self, assignment: str) -> dict[str, str]:
        """Say of whose files none could be collected, and why, by student."""
        return read_refusals(self._layout, assignment)

    def autograde(
        self,
        assignment: str,
        options: Options = ALL,
        progress: Progress | None = None,
    ) -> list[Result]:
        """Run and score every submission that has not been yet.

        Parameters
        ----------
        assignment : str
        options : Options, optional
            One student or some parts alone, again, on how many workers and where.
        progress : callable, optional
            Called with (student, done, all).

        Returns
        -------
        list of Result
            One for each student of the roster (or for `options.only`), and one for each unknown
            student who handed something in.
        """
        return self.run(assignment, options, progress)[0]

    def run(
        self,
        assignment: str,
        options: Options = ALL,
        progress: Progress | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> tuple[list[Result], Report]:
        """Autograde, and report what was done: see `autograde`.

        Parameters
        ----------
        assignment : str
        options : Options, optional
        progress : callable, optional
            Called with (student, done, all).
        tell : callable, optional
            Called with a line for each submission that someone should look at.
        """
        students = self._asked_for(assignment, options)
        with self._layout.quiet():
            report = autograde(self._layout, assignment, students, options, progress, tell)
        results = [
            replace(r, status=NOT_GRADED, reason=f"grading broke ({problem}); grade again")
            if (problem := report.broken.get(r.student))
            else r
            for r in self.results(assignment)
            if options.only in (None, r.student)
        ]
        return results, report

    def plan(self, assignment: str, options: Options = ALL) -> list[Plan]:
        """Say what `run` would do; nothing is run and nothing is written."""
        students = self._asked_for(assignment, options)
        return list(plan(Register(self._layout, assignment), students, options))

    def runs(self) -> list[str]:
        """Name the runs whose backup of the gradebook is there, the oldest first."""
        return backups.runs(self.folder)

    def changes(self, before: str, after: str = backups.NOW) -> list[Change]:
        """List the scores that differ between the gradebooks before two runs, or now."""
        first, second = (backups.kept(self._layout, name) for name in (before, after))
        return backups.changes(first, second)

    def restore(self, run: str) -> str:
        """Put the gradebook back to what it was before a run; name the backup of what was there.

        The journal stays: the next `autograde` brings the gradebook up to it again.
        """
        with only_writer(self.folder):
            return backups.restore(self._layout, run).parent.name

    def _asked_for(self, assignment: str, options: Options) -> list[str]:
        self._layout.check_released(assignment)
        roster = [student.id for student in self.students()]
        if options.only is not None and options.only not in roster:
            raise ArgumentError("only", "a student of the roster", options.only)
        return [options.only] if options.only else roster

    def results(self, assignment: str) -> list[Result]:
        """Read every student's result from the journal and the gradebook."""
        self._layout.check_released(assignment)
        roster = [student.id for student in self.students()]
        refused = read_refusals(self._layout, assignment)
        grades = read_grades(self._layout.gradebook, assignment)
        register = Register(self._layout, assignment)
        known = [
            self._result(register, one, refused.get(one, ""), grades.get(one, NO_GRADES))
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

    def report(self, assignment: str) -> Path:
        """Write the instructor's page on an assignment: how the class did, whom to look at."""
        results = self.results(assignment)
        answers = {
            result.student: code_of(read_file(self._layout.graded(assignment, result.student)))
            for result in results
            if result.status == GRADED
        }
        released = code_of(read_file(self._layout.released(assignment)))
        reference = code_of(read_file(self._layout.source(assignment)))
        return write_report(
            assignment,
            analyse(results),
            find_similar(answers, released, [reference]),
            answers,
            self.folder / "reports" / f"{assignment}.html",
        )

    def export(self, assignment: str, path: Path) -> Path:
        """Write the results as CSV."""
        return write_csv(self.results(assignment), self.students(), Path(path))

    def fill_in(self, assignment: str, template: Path, path: Path) -> Filled:
        """Write the results into a file that Canvas or Moodle exported."""
        return fill_in(self.results(assignment), self.students(), Path(template), Path(path))

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

    def _result(self, register: Register, student: str, refusal: str, grades: Grades) -> Result:
        result = register.look(student).result
        if result is None and refusal:
            result = Result(student, register.assignment, REFUSED, refusal, parts=register.blank)
        elif result is None:
            reason = "nothing was handed in"
            result = Result(student, register.assignment, MISSING, reason, parts=register.blank)
        elif refusal:
            repairs = (*result.repairs, f"another file was refused: {refusal}")
            result = replace(result, repairs=repairs)
        parts = tuple(map(grades.apply, result.parts))
        return replace(result, parts=parts, penalty=grades.penalty)
