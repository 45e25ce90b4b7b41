"""Where everything of a course lies, and how nbgrader's own parts are put to work on it."""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from cnncourse.errors import ArgumentError, SetupError
from cnncourse.grading.gradebook import open_gradebook

CONFIG_FILE = "nbgrader_config.py"


class Layout:
    """The paths of a course folder, by nbgrader's configuration.

    Parameters
    ----------
    folder : Path
        Holds `nbgrader_config.py`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder).resolve()
        if not (self.folder / CONFIG_FILE).is_file():
            words = f"a course folder, which holds {CONFIG_FILE} (cnncourse new-course makes one)"
            raise ArgumentError("folder", words, folder)
        self.config = PyFileConfigLoader(CONFIG_FILE, path=str(self.folder)).load_config()
        self.config.CourseDirectory.root = str(self.folder)
        self.coursedir = CourseDirectory(config=self.config)
        self.work = self.folder / ".grading"

    def gradebook(self) -> Gradebook:
        """Open the gradebook."""
        return open_gradebook(self.coursedir)

    def database(self) -> Path:
        """Where the gradebook is.

        Raises
        ------
        SetupError
            If it is not a SQLite file.
        """
        kind, _, path = self.coursedir.db_url.partition(":///")
        if kind != "sqlite":
            raise SetupError(f"the gradebook {self.coursedir.db_url}: expected sqlite:///FILE")
        return Path(path)

    def assignments(self) -> list[str]:
        """Names of the assignments there are."""
        return sorted(path.parent.name for path in self.folder.glob("source/*/*.ipynb"))

    def check_assignment(self, assignment: str) -> None:
        """Refuse a name that is no assignment's."""
        if assignment not in self.assignments():
            known = ", ".join(self.assignments()) or "none yet"
            raise ArgumentError("assignment", f"one of this course ({known})", assignment)

    def check_released(self, assignment: str) -> None:
        """Refuse an assignment that students do not have yet."""
        self.check_assignment(assignment)
        if not self.released(assignment).is_file():
            raise ArgumentError("assignment", "one that has been released", assignment)

    def may_bring(self, assignment: str) -> tuple[str, ...]:
        """Patterns of the names of files that students may hand in beside the notebook."""
        return tuple(self.config.get("Intake", {}).get("may_bring", {}).get(assignment, ()))

    def of_student(self, step: str, student: str, assignment: str) -> Path:
        """Folder of one student's work after a step: submitted, autograded or feedback."""
        directory = getattr(self.coursedir, f"{step}_directory")
        return Path(self.coursedir.format_path(directory, student, assignment))

    def source(self, assignment: str) -> Path:
        """The instructor's notebook, answers and hidden tests included."""
        return self.of_student("source", ".", assignment) / f"{assignment}.ipynb"

    def released(self, assignment: str) -> Path:
        """The notebook that students get."""
        return self.of_student("release", ".", assignment) / f"{assignment}.ipynb"

    def graded(self, assignment: str, student: str) -> Path:
        """A student's notebook after autograding."""
        return self.of_student("autograded", student, assignment) / f"{assignment}.ipynb"

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Work with nbgrader: an empty work folder, a log file, no warnings but our own."""
        self.clear_work()
        file = logging.FileHandler(self.folder / "nbgrader.log", encoding="utf-8")
        file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        try:
            with self.quiet():
                yield Desk(self.config, file)
        finally:
            file.close()
            self.clear_work()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Let nbgrader, nbconvert and what they stand on warn of nothing."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield

    def clear_work(self) -> None:
        """Empty the work folder, in which a run that was cut off may have left something."""
        try:
            if self.work.exists():
                shutil.rmtree(self.work)
        except OSError as error:
            raise SetupError(f"{self.work}: cannot be written to: {error.strerror}") from error


class Desk:
    """nbgrader's converters and exchange, set up for one course."""

    def __init__(self, config: Config, file: logging.Handler) -> None:
        self.config = config
        self.said: list[str] = []
        errors = logging.Handler(logging.ERROR)
        errors.emit = lambda record: self.said.append(record.getMessage())  # type: ignore[method-assign]
        self.log = logging.Logger("nbgrader", level=logging.INFO)
        self.log.handlers = [file, errors]

    def converter(self, kind: type, assignment: str, **places: str) -> Any:
        """Set up a converter; `places` are traits of nbgrader's CourseDirectory."""
        coursedir = self._coursedir(assignment, **places)
        return kind(coursedir=coursedir, config=self.config, log=self.log)

    def exchange(self, kind: type, assignment: str) -> Any:
        """Set up an action of the exchange."""
        return kind(
            coursedir=self._coursedir(assignment),
            authenticator=Authenticator(config=self.config, log=self.log),
            config=self.config,
            log=self.log,
        )

    def cause(self, error: Exception) -> str:
        """Say what went wrong: nbgrader logs the cause and raises something general."""
        lines = [line.strip() for text in self.said for line in text.splitlines()]
        return next((line for line in reversed(lines) if "Error" in line), str(error))

    def _coursedir(self, assignment: str, **places: str) -> CourseDirectory:
        return CourseDirectory(
            config=self.config, log=self.log, assignment_id=assignment, **places
        )


def swap(new: Path, old: Path) -> None:
    """Put a finished folder in the place of an older one."""
    old.parent.mkdir(parents=True, exist_ok=True)
    if old.exists():
        old.rename(new.with_name(f"{new.name}.old"))
    new.rename(old)


def read_file(path: Path) -> NotebookNode:
    """Read a notebook of the course's own making."""
    return nbformat.read(path, as_version=4)
