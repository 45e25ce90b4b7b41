"""Autograde an assignment: plan, have it done, write it down, then bring the gradebook up to it.

The journal is the truth; the gradebook and `autograded/` are brought up to it, so a run that was
cut off anywhere is finished by the next, and nothing that is finished is done again.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cnncourse.errors import ArgumentError, SetupError
from cnncourse.grading.late import LatePolicy, assign_penalties
from cnncourse.grading.layout import Layout, swap
from cnncourse.grading.operations.backups import Change, changes, new_run, take_backup
from cnncourse.grading.operations.books import Books, Page
from cnncourse.grading.operations.carriers import Outcome, carry
from cnncourse.grading.operations.events import Log
from cnncourse.grading.operations.job import Job
from cnncourse.grading.operations.journal import Entry
from cnncourse.grading.operations.lock import only_writer
from cnncourse.grading.operations.pages import (
    answers_above,
    marks_for,
    merge_notebooks,
    words_for,
)
from cnncourse.grading.operations.register import Register, Standing
from cnncourse.grading.results import FLAGS, REFUSED, Result

Progress = Callable[[str, int, int], None]  # what was done, how many are done, how many in all

BATCH = 100  # submissions in a transaction
WORTH_A_PROCESS = 8  # submissions that take longer than another process takes to start
SECONDS = 2.0  # ... or what came in so long
VERSION_FILE = ".version"  # says of what a student's folder in autograded/ was made


@dataclass(frozen=True)
class Options:
    """What a run is asked to do.

    Parameters
    ----------
    only : str, optional
        One student.
    parts : sequence of str
        Grade_ids of the only parts to grade; all by default.
    force : bool
        Grade again what is graded.
    workers : int
        Processes on this machine.
    scheduler : str, optional
        Address of a Dask scheduler whose workers do it instead.
    sandbox : str
        'auto', or 'none' for trusted code on a machine that has no sandbox.
    """

    only: str | None = None
    parts: Sequence[str] = ()
    force: bool = False
    workers: int = 1
    scheduler: str | None = None
    sandbox: str = "auto"


@dataclass(frozen=True)
class Plan:
    """What is to be done for one student."""

    standing: Standing
    parts: list[str]
    needed: bool


@dataclass(frozen=True)
class Report:
    """What a run did.

    Parameters
    ----------
    run : str
        Its name: that of its folder in `runs/`.
    counts : dict of str to int
        How many submissions were graded, were graded before, timed out, ...
    broken : dict of str to str
        Why the grader itself failed, by student.
    changes : tuple of Change
        Scores that are other than before, each with its cause.
    """

    run: str
    counts: dict[str, int]
    broken: dict[str, str]
    changes: tuple[Change, ...]


def plan(register: Register, students: Iterable[str], options: Options) -> Iterator[Plan]:
    """Say for each student what is to be run; nothing is written."""
    if unknown := set(options.parts) - set(register.tests):
        known = f"of {', '.join(register.tests)}"
        raise ArgumentError("part", known, ", ".join(sorted(unknown)))
    wanted = [name for name in register.tests if not options.parts or name in options.parts]
    for student in students:
        standing = register.look(student)
        if standing.path is None:
            yield Plan(standing, [], False)
            continue
        todo = [name for name in wanted if options.force or name not in standing.known]
        lost = not todo and not register.is_kept(standing)
        yield Plan(standing, wanted if lost else todo, bool(todo) or lost)


def autograde(
    layout: Layout,
    assignment: str,
    students: Sequence[str],
    options: Options,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> Report:
    """Run what has not been run yet and bring gradebook and `autograded/` up to the journal.

    Parameters
    ----------
    layout : Layout
    assignment : str
    students : sequence of str
        Of the roster.
    options : Options
    progress : callable, optional
        Called with (student, done, all).
    tell : callable, optional
        Called with a line for each submission that someone should look at.

    Raises
    ------
    SetupError
        If another run is at work on the course, a worker cannot grade safely, or something cannot
        be written; the gradebook is then as the last finished transaction left it.
    """
    with only_writer(layout.folder):
        layout.clear_work()
        with Log(new_run(layout.folder)) as log:
            register = Register(layout, assignment, writes=True)
            run = _Run(layout, register, options, log, progress or _silence, tell or _silence)
            report = run.all(students)
        layout.clear_work()
        return report


def _silence(*_: object) -> None:
    """Say nothing."""


class _Run:
    """One run, from the plan to the report."""

    def __init__(
        self,
        layout: Layout,
        register: Register,
        options: Options,
        log: Log,
        progress: Progress,
        tell: Callable[[str], None],
    ) -> None:
        self.layout, self.register, self.options, self.log = layout, register, options, log
        self.progress, self.tell = progress, tell
        self.broken: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.above = answers_above(register.bundle.release)

    def all(self, students: Sequence[str]) -> Report:
        found = plan(self.register, students, self.options)
        plans = {each.standing.student: each for each in found}
        self.log("started", assignment=self.register.assignment, students=len(plans),
                 to_run=sum(each.needed for each in plans.values()))  # fmt: skip
        self.counts["graded before"] = sum(
            each.standing.path is not None and not each.needed for each in plans.values()
        )
        backup = take_backup(self.layout, self.log.run)
        with self.layout.gradebook() as gradebook:
            self.books = Books(gradebook, self.register.assignment)
            self.stands = self.books.standings()
            try:
                self._catch_up(each.standing for each in plans.values() if not each.needed)
                self._grade(plans)
            finally:
                self.register.journal.close()
            assign_penalties(gradebook, LatePolicy(config=self.layout.config))
        every = changes(backup, self.layout.database())
        changed = tuple(each for each in every if each.assignment == self.register.assignment)
        counts = dict(+self.counts)  # none that is 0
        self.log("finished", **counts, changed=len(changed))
        return Report(self.log.run.name, counts, self.broken, changed)

    # --- running ---

    def _grade(self, plans: dict[str, Plan]) -> None:
        """Have the jobs done; what comes in is noted and written batch by batch."""
        needed = [each for each in plans.values() if each.needed]
        expected = Counter[str]()
        options, done, batch, since = self.options, 0, [], time.monotonic()

        def jobs() -> Iterator[Job]:
            for each in needed:
                found = list(self.register.jobs(each.standing, each.parts))
                expected[each.standing.student] = len(found)
                yield from found

        self.progress("", 0, len(needed))
        outcomes = carry(
            self.register.bundle.to_bytes(), jobs(),
            min(options.workers, 1 + len(needed) // WORTH_A_PROCESS),
            options.scheduler, options.sandbox, len(needed),
        )  # fmt: skip
        try:
            for outcome in outcomes:
                student = outcome.job.student
                expected[student] -= 1
                batch.append(outcome)
                if not expected[student]:
                    done += 1
                    self.progress(student, done, len(needed))
                if len(batch) >= BATCH or time.monotonic() - since > SECONDS:
                    self._note(batch, plans)
                    batch, since = [], time.monotonic()
        finally:  # what is finished counts, whatever ended the rest
            self._note(batch, plans)

    def _note(self, outcomes: list[Outcome], plans: dict[str, Plan]) -> None:
        """Write what came in: notebooks, then the journal, then the gradebook."""
        entries = []
        for outcome in outcomes:
            student = outcome.job.student
            if outcome.result is None:
                self.broken[student] = outcome.problem
                self.log("broke", student=student, problem=outcome.problem)
                self.counts["broke"] += 1
                self.tell(f"{student}: grading broke: {outcome.problem}")
                continue
            standing = plans[student].standing
            entry = self._entry(outcome, outcome.result, standing)
            self._keep(standing, outcome.result, entry)
            entries.append(entry)
        if entries:
            self.register.journal.note(entries)
            for entry in entries:
                self._report(entry)
            self._catch_up(self.register.look(e.result.student) for e in entries)

    def _entry(self, outcome: Outcome, result: Result, standing: Standing) -> Entry:
        ran = {part.grade_id for part in result.parts if part.manual} | set(outcome.job.parts)
        if result.status == REFUSED:  # whichever parts were asked for
            ran, result = set(standing.keys), replace(result, parts=self.register.blank)
        keys = {name: key for name, key in standing.keys.items() if name in ran}
        parts = tuple(part for part in result.parts if part.grade_id in keys)
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        result = replace(
            result, student=standing.student, assignment=self.register.assignment, parts=parts
        )
        return Entry(
            self.log.run.name, now, standing.submission, standing.notebook, keys, result,
            outcome.seconds, outcome.worker,
        )  # fmt: skip

    def _keep(self, standing: Standing, result: Result, entry: Entry) -> None:
        """Keep the executed notebook; cells that did not run show what they showed before."""
        journal, notebook = self.register.journal, result.notebook
        if not notebook:
            return
        not_run = set(self.register.tests) - set(entry.keys)
        before = journal.latest(standing.student)
        if not_run and before and before.submission == entry.submission:
            for name in (standing.notebook, before.notebook):
                if earlier := journal.kept(name):
                    notebook = merge_notebooks(notebook, earlier, not_run)
                    break
        journal.keep(standing.notebook, notebook)

    def _report(self, entry: Entry) -> None:
        """Count a finished job, log it, and tell whoever watches if someone should look at it."""
        result = entry.result
        if result.status == REFUSED or result.flags or result.repairs:
            words = result.flags or (result.reason,)
            self.tell(f"{result.student}: {'; '.join([result.status, *words, *result.repairs])}")
        self.counts[result.status] += 1
        self.counts["repaired"] += bool(result.repairs)
        for kind in FLAGS:
            self.counts[kind] += any(flag.startswith(kind) for flag in result.flags)
        self.log(
            result.status, student=result.student, score=result.score, of=result.max_score,
            parts=list(entry.keys), reason=result.reason, repairs=list(result.repairs),
            flags=list(result.flags), seconds=round(entry.seconds, 3), worker=entry.worker,
        )  # fmt: skip

    # --- the gradebook and autograded/ ---

    def _catch_up(self, standings: Iterable[Standing]) -> None:
        """Bring gradebook and `autograded/` up to what is known of some submissions."""
        behind = [standing for standing in standings if self._is_behind(standing)]
        for start in range(0, len(behind), BATCH):
            batch = behind[start : start + BATCH]
            self.books.write(map(self._page, batch), self.log.run.name)
            for standing in batch:
                self._show(standing)

    def _is_behind(self, standing: Standing) -> bool:
        held = self.stands.get(standing.student, {})
        marks = marks_for(standing, self.register.part_keys)
        if any(name not in held or not held[name].is_by(mark) for name, mark in marks.items()):
            return True
        return bool(marks) and self._shown(standing) != _version(standing)

    def _page(self, standing: Standing) -> Page:
        assert standing.result is not None
        folder = self._folder("submitted", standing)
        notebook = self.register.journal.kept(standing.notebook)
        return Page(
            standing.student,
            self.layout.coursedir.get_existing_timestamp(str(folder)),
            marks_for(standing, self.register.part_keys),
            words_for(standing.result, notebook, self.register.bundle.release, self.above),
        )

    def _show(self, standing: Standing) -> None:
        """Lay the executed notebook into `autograded/`, or take away what is there."""
        notebook = self.register.journal.kept(standing.notebook)
        target = self._folder("autograded", standing)
        if notebook is None:
            shutil.rmtree(target, ignore_errors=True)
            return
        new = self.layout.work / standing.student
        try:
            new.mkdir(parents=True)
            (new / f"{self.register.assignment}.ipynb").write_text(notebook, encoding="utf-8")
            timestamp = self._folder("submitted", standing) / "timestamp.txt"
            if timestamp.is_file():
                shutil.copyfile(timestamp, new / timestamp.name)
            (new / VERSION_FILE).write_text(_version(standing))
            swap(new, target)
        except OSError as error:
            raise SetupError(f"{target}: not written: {error.strerror}") from error

    def _shown(self, standing: Standing) -> str:
        """Read which version of the notebook `autograded/` shows; none is ''."""
        folder = self._folder("autograded", standing)
        file = folder / VERSION_FILE
        if file.is_file() and (folder / f"{self.register.assignment}.ipynb").is_file():
            return file.read_text()
        return "another" if folder.exists() else ""

    def _folder(self, step: str, standing: Standing) -> Path:
        return self.layout.of_student(step, standing.student, self.register.assignment)


def _version(standing: Standing) -> str:
    """Name what `autograded/` should show of a submission; nothing of a refused one."""
    if standing.result is None or standing.result.status == REFUSED:
        return ""
    return f"{standing.notebook} {standing.when}"
