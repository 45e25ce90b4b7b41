"""Where every student's submission of an assignment stands: handed in, refused, graded, to do."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from cnncourse.errors import CourseError, SubmissionError
from cnncourse.grading.engine import Bundle
from cnncourse.grading.engine.bundle import Limits
from cnncourse.grading.intake import brings, find_notebook
from cnncourse.grading.layout import Layout, read_file
from cnncourse.grading.operations.job import Job, digest, seed_for
from cnncourse.grading.operations.journal import Entry, Journal
from cnncourse.grading.results import GRADED, NOT_GRADED, REFUSED, Part, Result, blank_parts

KEY_FILE = "course.key"


@dataclass(frozen=True)
class Standing:
    """What is known of one student's submission.

    Parameters
    ----------
    student : str
    path : Path or None
        The file that was handed in.
    submission : str
        Its hash; empty where nothing was handed in.
    keys : dict of str to str
        The key of each part, by grade_id.
    result : Result or None
        What is known of it; None where nothing was handed in. Scores given by hand and
        penalties are not in it.
    known : frozenset of str
        The parts that the result's scores are known of.
    when : str
        When the newest of them was graded, in ISO format; empty where none was.
    """

    student: str
    path: Path | None = None
    submission: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    result: Result | None = None
    known: frozenset[str] = frozenset()
    when: str = ""

    @property
    def notebook(self) -> str:
        """Name the executed notebook that belongs to it, in the journal's store."""
        return digest(*(key.encode() for key in self.keys.values())).hex()


class Register:
    """The submissions of an assignment, and what the journal knows of them.

    Parameters
    ----------
    layout : Layout
    assignment : str
    writes : bool
        Whether the course's key is made where there is none; else nothing is written, and nothing
        can have been graded.
    """

    def __init__(self, layout: Layout, assignment: str, *, writes: bool = False) -> None:
        self._layout = layout
        self.assignment = assignment
        self.bundle = bundle_of(layout, assignment)
        self.journal = Journal(layout.folder / "journal" / f"{assignment}.jsonl")
        self._course_key = course_key(layout.folder, writes)
        self._files = released_files(layout, assignment)
        self._may_bring = layout.may_bring(assignment)
        self.blank = tuple(blank_parts(self.bundle.release))
        self.tests = [part.grade_id for part in self.blank if not part.manual]
        self.part_keys = {part.grade_id: "" for part in self.blank}
        beside = digest(*(p for name, data in self._files.items() for p in (name.encode(), data)))
        for name in self.tests:
            own = self.bundle.part_key(name)
            self.part_keys[name] = digest(own.encode(), beside).hex() if self._files else own

    def look(self, student: str) -> Standing:
        """Find out where a student's submission stands."""
        folder = self._layout.of_student("submitted", student, self.assignment)
        if not folder.is_dir():
            return Standing(student)
        try:
            path = find_notebook(folder, self.assignment)
        except SubmissionError as error:
            reason = f"{error.path.name}: {error.problem}"
            submission = digest(reason.encode()).hex()
            return Standing(student, None, submission, {}, self._refused(student, reason))
        beside = self._handed_in(path)
        pieces = [piece for name in sorted(beside) for piece in (name.encode(), beside[name])]
        submission = digest(path.read_bytes(), *pieces).hex()
        return self._assemble(Standing(student, path, submission, self._keys(student, submission)))

    def jobs(self, standing: Standing, parts: list[str]) -> Iterator[Job]:
        """Make the jobs for some parts of a submission; those for a GPU are one of their own."""
        assert standing.path is not None
        data, seed = standing.path.read_bytes(), self._seed(standing.student)
        files = {**self._handed_in(standing.path), **self._files}  # what was released wins
        on_gpu = gpu_parts(self.bundle.release)
        for gpu in (False, True):
            chosen = tuple(part for part in parts if (part in on_gpu) == gpu)
            if chosen or not (gpu or parts):
                yield Job(standing.student, data, seed, chosen, gpu, files)

    def is_kept(self, standing: Standing) -> bool:
        """Whether the executed notebook of a graded submission is there; a refused one has none."""
        refused = standing.result is not None and standing.result.status == REFUSED
        return refused or self.journal.has(standing.notebook)

    def _handed_in(self, notebook: Path) -> dict[str, bytes]:
        """Read what may lie beside a submitted notebook, and does."""
        found = [path for path in notebook.parent.iterdir() if brings(path.name, self._may_bring)]
        files = [path for path in found if path.is_file() and not path.is_symlink()]
        return {path.name: path.read_bytes() for path in files}

    # --- what is known ---

    def _assemble(self, standing: Standing) -> Standing:
        """Put together what the journal knows of each part."""
        found = {n: both for n, key in standing.keys.items() if (both := self.journal.part(key))}
        if not found:
            reason, parts = "handed in, not graded yet", self.blank
            result = Result(standing.student, self.assignment, NOT_GRADED, reason, parts=parts)
            return replace(standing, result=result)
        parts = tuple(found[p.grade_id][1] if p.grade_id in found else p for p in self.blank)
        entries = sorted({id(e): e for e, _ in found.values()}.values(), key=lambda e: e.when)
        result = _joined(entries, parts)
        if missing := [name for name in self.tests if name not in found]:
            reason = f"not graded yet: {', '.join(missing)}"
            result = replace(result, status=NOT_GRADED, reason=reason)
        return replace(
            standing, result=result, known=frozenset(found), when=entries[-1].when
        )

    def _refused(self, student: str, reason: str) -> Result:
        return Result(student, self.assignment, REFUSED, reason, (), self.blank)

    def _keys(self, student: str, submission: str) -> dict[str, str]:
        """Name all that each part's score depends on."""
        seed = self._seed(student)
        return {
            name: digest(name.encode(), key.encode(), submission.encode(), seed).hex()
            for name, key in self.part_keys.items()
        }

    def _seed(self, student: str) -> bytes:
        return seed_for(self._course_key, self.assignment, student)


def _joined(entries: list[Entry], parts: tuple[Part, ...]) -> Result:
    """Join the results of several jobs on one submission; the oldest comes first."""
    newest = entries[-1].result
    if len(entries) == 1 or newest.status != GRADED:
        return replace(newest, parts=parts)
    lost = [part.title for part in parts if not part.manual and part.score < part.max_score]
    reason = f"lost points in: {', '.join(lost)}" if lost else "every test passed"
    return replace(newest, parts=parts, reason=reason)


def bundle_of(layout: Layout, assignment: str) -> Bundle:
    """Make the bundle of an assignment: the release, and the tests the gradebook has of it.

    Raises
    ------
    CourseError
        If the instructor's version and the release do not belong together.
    """
    source = read_file(layout.of_student("source", ".", assignment) / f"{assignment}.ipynb")
    with layout.gradebook() as gradebook:
        cells = gradebook.find_notebook(assignment, assignment).source_cells
        tests = {cell.name: cell.source for cell in cells}
    for cell in source.cells:
        if is_grade(cell) and not is_solution(cell):
            name = cell.metadata.nbgrader.grade_id
            if name not in tests:
                raise CourseError(f"{assignment}: “{name}” is new; release the assignment again")
            cell.source = tests[name]
    release = read_file(layout.released(assignment))
    return Bundle.from_notebooks(source, release, _limits(layout, source))


def _limits(layout: Layout, source: NotebookNode) -> Limits:
    """Take the limits of the course's configuration, else those of the exercise."""
    says = Bundle.from_notebooks(source, source).limits
    chosen = dict(layout.config.get("Limits", {}))
    if seconds := layout.config.get("ExecuteSubmission", {}).get("seconds_per_cell"):
        chosen.setdefault("seconds_per_cell", seconds)
        chosen.setdefault("seconds_per_submission", max(120.0, 6 * seconds))
    known = {each.name for each in fields(Limits)}
    if unknown := sorted(chosen.keys() - known):
        words = f"expected one of {', '.join(sorted(known))}, got {unknown[0]}"
        raise CourseError(f"nbgrader_config.py: c.Limits: {words}")
    return replace(says, **{name: type(getattr(says, name))(n) for name, n in chosen.items()})


def released_files(layout: Layout, assignment: str) -> dict[str, bytes]:
    """Read what students got beside the notebook, by path; links and notebooks are left out."""
    folder = layout.released(assignment).parent
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.suffix != ".ipynb"
    }


def gpu_parts(release: NotebookNode) -> set[str]:
    """Name the parts whose tests need a GPU: their cells carry the tag `gpu`."""
    return {
        cell.metadata.nbgrader.grade_id
        for cell in release.cells
        if is_grade(cell) and "gpu" in cell.metadata.get("tags", [])
    }


def course_key(folder: Path, writes: bool) -> bytes:
    """Read the course's secret, from which all seeds come; make it, or do without."""
    path = folder / KEY_FILE
    if not path.exists():
        if not writes:
            return b""
        new = path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    return bytes.fromhex(path.read_text().strip())
