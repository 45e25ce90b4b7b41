"""A course folder: nbgrader's own layout, exchange and gradebook, with our preprocessors in it.

Every step may be repeated: it repeats no work that is done and leaves nothing half-written. A
submission that cannot be graded is refused by name and reason; the others go on.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseAssignment, ExchangeSubmit
from traitlets.config.loader import PyFileConfigLoader

from cnncourse.authoring.build import write_atomically
from cnncourse.authoring.source import Exercise
from cnncourse.errors import ArgumentError, CourseError, SetupError, SubmissionError
from cnncourse.grading.annotate import with_notes
from cnncourse.grading.execute import AUTOGRADE, SANITIZE, grading_key, tests_digest
from cnncourse.grading.export import write_csv
from cnncourse.grading.feedback import write_page
from cnncourse.grading.gradebook import Grades, open_gradebook, read_grades, score_nothing
from cnncourse.grading.intake import find_notebook, read_inbox, rebuild
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

CONFIG_FILE = "nbgrader_config.py"
_EXCHANGE = "exchange"

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
        self.folder = Path(folder).resolve()
        if not (self.folder / CONFIG_FILE).is_file():
            words = f"a course folder, which holds {CONFIG_FILE} (cnncourse new-course makes one)"
            raise ArgumentError("folder", words, folder)
        self._config = PyFileConfigLoader(CONFIG_FILE, path=str(self.folder)).load_config()
        self._config.CourseDirectory.root = str(self.folder)
        if seconds_per_cell is not None:
            self._config.ExecuteSubmission.seconds_per_cell = seconds_per_cell
        self._coursedir = CourseDirectory(config=self._config)
        self._work = self.folder / ".grading"

    # --- who and what ---

    def assignments(self) -> list[str]:
        """Names of the assignments there are."""
        return sorted(path.parent.name for path in self.folder.glob("source/*/*.ipynb"))

    def students(self) -> list[Student]:
        """The roster, by id."""
        with self._gradebook() as gradebook:
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
        with self._gradebook() as gradebook:
            for student in students:
                gradebook.update_or_create_student(
                    student.id,
                    first_name=student.first_name,
                    last_name=student.last_name,
                    email=student.email,
                )

    # --- the steps ---

    def release(self, assignment: str) -> Path:
        """Make the students' notebook and put it into the exchange; say where it is."""
        self._check_assignment(assignment)
        with self._working() as said:
            coursedir = self._place(assignment, release_directory=self._work.name)
            converter = GenerateAssignment(coursedir=coursedir, config=self._config, log=self._log)
            try:
                converter.start()
            except NbGraderException as error:
                cause = _last_line(said) or error
                raise CourseError(f"{assignment}: not released: {cause}") from error
            _swap(self._work / assignment, self._release_file(assignment).parent)
            exchange = self._exchange(ExchangeReleaseAssignment, assignment)
            exchange.force = True
            try:
                exchange.start()
            except (ExchangeError, OSError) as error:
                raise SetupError(f"{assignment}: not put into the exchange: {error}") from error
        return self._release_file(assignment)

    def submit(self, assignment: str, student: str, desk: Path) -> None:
        """Hand in through the exchange, as `nbgrader submit` does for a student.

        Parameters
        ----------
        assignment, student : str
        desk : Path
            The student's folder, which holds a folder of the assignment's name.
        """
        with self._working():
            exchange = self._exchange(ExchangeSubmit, assignment)
            exchange.assignment_dir = str(desk)
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
        self._check_released(assignment)
        with self._working():
            if inbox is None:
                source = _EXCHANGE
                taken, refused = self._collect_exchange(assignment)
            else:
                source = str(Path(inbox).resolve())
                taken, refused = self._collect_inbox(assignment, Path(inbox))
        self._note_refusals(assignment, source, refused)
        return sorted(taken)

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
        self._check_released(assignment)
        roster = [student.id for student in self.students()]
        if only is not None and only not in roster:
            raise ArgumentError("only", "a student of the roster", only)
        todo = [only] if only else roster
        tests = self._tests(assignment)
        broken = {}
        for done, student in enumerate(todo):
            if progress:
                progress(student, done, len(todo))
            with self._working() as said:
                try:
                    self._autograde_one(assignment, student, tests, force)
                except Exception as error:  # whatever broke, the others are graded
                    self._log.exception("%s", student)
                    cause = _last_line(said) or error
                    broken[student] = f"grading broke ({cause}); grade again"
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
        self._check_released(assignment)
        roster = [student.id for student in self.students()]
        refused = self._refusals(assignment)
        grades = read_grades(self._gradebook, assignment)
        tests = self._tests(assignment)
        known = [
            self._result(assignment, student, tests, refused.get(student), grades.get(student))
            for student in roster
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
            graded = self._graded_file(assignment, result.student)
            notebook = _read(graded) if result.status == GRADED else None
            folder = self._path("feedback", result.student, assignment)
            pages.append(write_page(result, notebook, folder / f"{assignment}.html"))
        return pages

    def export(self, assignment: str, path: Path) -> Path:
        """Write the results as CSV."""
        return write_csv(self.results(assignment), self.students(), Path(path))

    # --- collecting ---

    def _collect_exchange(self, assignment: str) -> tuple[list[str], dict[str, str]]:
        exchange = self._exchange(_RosterCollect, assignment)
        exchange.update = True
        exchange.roster = {student.id for student in self.students()}
        try:
            exchange.start()
        except (ExchangeError, OSError) as error:
            raise SetupError(f"{assignment}: nothing collected: {error}") from error
        refused = {name: self._unknown(name) for name in exchange.unknown}
        return [record["username"] for record in exchange.src_records], refused

    def _collect_inbox(
        self, assignment: str, inbox: Path
    ) -> tuple[list[str], dict[str, str]]:
        roster = {student.id for student in self.students()}
        taken, refused = [], {}
        for handed in read_inbox(inbox, assignment):
            if handed.student not in roster:
                refused[handed.student] = self._unknown(handed.student)
            elif handed.problem:
                refused[handed.student] = f"{handed.path}: {handed.problem}"
            else:
                self._store(assignment, handed.student, handed.data, handed.when)
                taken.append(handed.student)
        return taken, refused

    def _store(self, assignment: str, student: str, data: bytes, when: Any) -> None:
        folder = self._path("submitted", student, assignment)
        notebook = folder / f"{assignment}.ipynb"
        if notebook.is_file() and notebook.read_bytes() == data:
            return
        new = self._work / "submitted"
        new.mkdir(parents=True)
        (new / notebook.name).write_bytes(data)
        if when is not None:
            (new / "timestamp.txt").write_text(f"{when:%Y-%m-%d %H:%M:%S.%f} UTC")
        _swap(new, folder)

    def _unknown(self, student: str) -> str:
        return f"no student of this course has the id “{student}”"

    def _note_refusals(self, assignment: str, source: str, refused: dict[str, str]) -> None:
        noted = [entry for entry in self._read_refusals(assignment) if entry["source"] != source]
        noted += [{"source": source, "student": s, "reason": r} for s, r in refused.items()]
        text = json.dumps(noted, indent=1, ensure_ascii=False) + "\n"
        write_atomically(self._refusals_file(assignment), text)

    def _refusals(self, assignment: str) -> dict[str, str]:
        return {entry["student"]: entry["reason"] for entry in self._read_refusals(assignment)}

    def _read_refusals(self, assignment: str) -> list[dict[str, str]]:
        file = self._refusals_file(assignment)
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []

    def _refusals_file(self, assignment: str) -> Path:
        return self.folder / "refused" / f"{assignment}.json"

    # --- grading ---

    def _autograde_one(self, assignment: str, student: str, tests: str, force: bool) -> None:
        submitted = self._path("submitted", student, assignment)
        if not submitted.is_dir():
            return
        try:
            file = self._accept(assignment, submitted)
        except SubmissionError as error:
            self._score_refused(assignment, student, error.problem)
            return
        if not force and self._is_graded(assignment, student, tests, file):
            return
        private = self._work / "in" / student / assignment
        private.mkdir(parents=True)
        shutil.copyfile(file, private / f"{assignment}.ipynb")
        if (submitted / "timestamp.txt").is_file():
            shutil.copyfile(submitted / "timestamp.txt", private / "timestamp.txt")
        coursedir = self._place(
            assignment,
            student_id=student,
            submitted_directory=f"{self._work.name}/in",
            autograded_directory=f"{self._work.name}/out",
        )
        Autograde(coursedir=coursedir, config=self._config, log=self._log).start()
        done = self._work / "out" / student / assignment
        _swap(done, self._graded_file(assignment, student).parent)

    def _accept(self, assignment: str, submitted: Path) -> Path:
        """Find the submitted notebook and make sure that it can be rebuilt."""
        file = find_notebook(submitted, assignment)
        rebuild(_read(self._release_file(assignment)), file.read_bytes(), file)
        return file

    def _is_graded(self, assignment: str, student: str, tests: str, file: Path) -> bool:
        graded = self._graded_file(assignment, student)
        if not graded.is_file():
            return False
        key = grading_key(tests, self._release_file(assignment), file)
        return _read(graded).metadata.get("cnncourse", {}).get("key") == key

    def _score_refused(self, assignment: str, student: str, problem: str) -> None:
        score_nothing(self._gradebook, assignment, student, f"Refused: {problem}")
        graded = self._graded_file(assignment, student).parent
        if graded.exists():
            shutil.rmtree(graded)

    # --- reading results ---

    def _result(
        self,
        assignment: str,
        student: str,
        tests: str,
        refusal: str | None,
        grades: Grades | None,
    ) -> Result:
        submitted = self._path("submitted", student, assignment)
        parts = blank_parts(_read(self._release_file(assignment)))
        repairs: tuple[str, ...] = ()
        if not submitted.is_dir():
            status, reason = (REFUSED, refusal) if refusal else (MISSING, "nothing was handed in")
        else:
            status, reason = NOT_GRADED, "handed in, not graded yet"
            try:
                file = self._accept(assignment, submitted)
                if self._is_graded(assignment, student, tests, file):
                    notebook = _read(self._graded_file(assignment, student))
                    parts = read_parts(notebook)
                    status, reason = GRADED, reason_for(notebook, parts)
                    repairs = tuple(notebook.metadata.cnncourse.repairs)
            except SubmissionError as error:
                status, reason = REFUSED, f"{error.path.name}: {error.problem}"
        graded = tuple(grades.apply(part) for part in parts) if grades else tuple(parts)
        penalty = grades.penalty if grades else 0.0
        return Result(student, assignment, status, reason or "", repairs, graded, penalty)

    def _tests(self, assignment: str) -> str:
        return tests_digest(self._coursedir.db_url, assignment, assignment)

    # --- nbgrader ---

    @contextmanager
    def _working(self) -> Iterator[list[str]]:
        """Give nbgrader a folder to work in and a log file; yields what it reports as errors."""
        said: list[str] = []
        self._clear_work()
        log = logging.Logger("nbgrader", level=logging.INFO)
        file = logging.FileHandler(self.folder / "nbgrader.log", encoding="utf-8")
        file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        collect = logging.Handler(logging.ERROR)
        collect.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
        log.handlers = [file, collect]
        self._log = log
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # those of nbgrader and nbconvert are not ours
                yield said
        finally:
            file.close()
            self._clear_work()

    def _clear_work(self) -> None:
        if self._work.exists():
            shutil.rmtree(self._work)

    def _place(self, assignment: str, **settings: str) -> CourseDirectory:
        """Tell nbgrader where to read and write."""
        return CourseDirectory(
            config=self._config, log=self._log, assignment_id=assignment, **settings
        )

    def _exchange(self, kind: type, assignment: str) -> Any:
        return kind(
            coursedir=self._place(assignment),
            authenticator=Authenticator(config=self._config, log=self._log),
            config=self._config,
            log=self._log,
        )

    def _gradebook(self) -> Gradebook:
        return open_gradebook(self._coursedir)

    def _check_assignment(self, assignment: str) -> None:
        if assignment not in self.assignments():
            known = ", ".join(self.assignments()) or "none yet"
            raise ArgumentError("assignment", f"one of this course ({known})", assignment)

    def _check_released(self, assignment: str) -> None:
        self._check_assignment(assignment)
        if not self._release_file(assignment).is_file():
            raise ArgumentError("assignment", "one that has been released", assignment)

    def _path(self, step: str, student: str, assignment: str) -> Path:
        directory = getattr(self._coursedir, f"{step}_directory")
        return Path(self._coursedir.format_path(directory, student, assignment))

    def _release_file(self, assignment: str) -> Path:
        return self._path("release", ".", assignment) / f"{assignment}.ipynb"

    def _graded_file(self, assignment: str, student: str) -> Path:
        return self._path("autograded", student, assignment) / f"{assignment}.ipynb"


class _RosterCollect(ExchangeCollect):
    """nbgrader's collect, for students of the roster alone; it names the others."""

    roster: AbstractSet[str] = frozenset()
    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        super().init_src()
        names = {record["username"] for record in self.src_records}
        self.unknown = sorted(names - self.roster)
        self.src_records = [r for r in self.src_records if r["username"] in self.roster]


def _swap(new: Path, old: Path) -> None:
    """Put a finished folder in the place of an older one."""
    old.parent.mkdir(parents=True, exist_ok=True)
    if old.exists():
        old.rename(new.with_name(f"{new.name}.old"))
    new.rename(old)


def _read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def _last_line(said: list[str]) -> str:
    lines = [line.strip() for text in said for line in text.splitlines() if "Error" in line]
    return lines[-1] if lines else ""


def _as_code(names: Iterable[str]) -> str:
    return "[\n" + "".join(f'    "{name}",\n' for name in names) + "]"
