"""The one writer of nbgrader's gradebook: many submissions in a transaction, manual grades kept.

What was written of each graded cell, and from which submission and tests, stands in a table of
our own in the same transaction; nbgrader does not look at it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from cnncourse.errors import SetupError

APPLIED = sql.Table(
    "cnncourse_applied",
    sql.MetaData(),
    sql.Column("grade_id", sql.String(32), primary_key=True, doc="of nbgrader's grade"),
    sql.Column("submission", sql.String(64), nullable=False, doc="hash of what was handed in"),
    sql.Column("part_key", sql.String(64), nullable=False, doc="names the part's tests"),
    sql.Column("run", sql.String(64), nullable=False),
)
_GRADE, _COMMENT = Grade.__table__, Comment.__table__
_SUBMITTED, _NOTEBOOK = SubmittedAssignment.__table__, SubmittedNotebook.__table__


@dataclass(frozen=True)
class Mark:
    """What the gradebook should hold of one graded cell.

    Parameters
    ----------
    score : float or None
        None where a person is to grade it.
    submission, part_key : str
        What the score was formed from.
    """

    score: float | None
    submission: str
    part_key: str


@dataclass(frozen=True)
class Page:
    """What the gradebook should hold of one submission.

    Parameters
    ----------
    student : str
    when : datetime or None
        When it was handed in, UTC.
    marks : dict of str to Mark
        By the graded cell's grade_id.
    comments : dict of str to (str or None)
        The grader's words, by the answer cell's grade_id.
    """

    student: str
    when: datetime | None
    marks: Mapping[str, Mark]
    comments: Mapping[str, str | None]


@dataclass(frozen=True)
class Standing:
    """What the gradebook holds of one graded cell of one student."""

    grade: str  # the row's id
    auto_score: float | None
    manual_score: float | None
    submission: str | None
    part_key: str | None

    def is_by(self, mark: Mark) -> bool:
        """Whether the cell stands as a mark says."""
        held = (self.auto_score, self.submission, self.part_key)
        return held == (mark.score, mark.submission, mark.part_key)


class Books:
    """The gradebook of one assignment, open for writing.

    Parameters
    ----------
    gradebook : Gradebook
        nbgrader's.
    assignment : str
    """

    def __init__(self, gradebook: Gradebook, assignment: str) -> None:
        self._engine = gradebook.engine
        with self._transaction() as db:
            APPLIED.create(db, checkfirst=True)
            self._assignment = db.scalar(
                sql.select(Assignment.id).where(Assignment.name == assignment)
            )
            query = sql.select(Notebook.name, Notebook.id).where(
                Notebook.assignment_id == self._assignment
            )
            self._notebooks: dict[str, str] = dict(db.execute(query).tuples().all())
            self._graded = _cells(db, self._notebooks.values(), (GradeCell, TaskCell))
            self._answers = _cells(db, self._notebooks.values(), (SolutionCell, TaskCell))

    def standings(self) -> dict[str, dict[str, Standing]]:
        """Read what stands, by student and grade_id."""
        query = (
            sql.select(
                _SUBMITTED.c.student_id, BaseCell.__table__.c.name, _GRADE.c.id,
                _GRADE.c.auto_score, _GRADE.c.manual_score,
                APPLIED.c.submission, APPLIED.c.part_key,
            )
            .select_from(_GRADE)
            .join(BaseCell.__table__, BaseCell.__table__.c.id == _GRADE.c.cell_id)
            .join(_NOTEBOOK, _NOTEBOOK.c.id == _GRADE.c.notebook_id)
            .join(_SUBMITTED, _SUBMITTED.c.id == _NOTEBOOK.c.assignment_id)
            .outerjoin(APPLIED, APPLIED.c.grade_id == _GRADE.c.id)
            .where(_SUBMITTED.c.assignment_id == self._assignment)
        )  # fmt: skip
        found: dict[str, dict[str, Standing]] = {}
        with self._engine.connect() as db:
            for student, name, *rest in db.execute(query):
                found.setdefault(student, {})[name] = Standing(*rest)
        return found

    def write(self, pages: Iterable[Page], run: str) -> None:
        """Write submissions, all of them or none.

        Parameters
        ----------
        pages : iterable of Page
        run : str
            Under whose name it is noted.

        Raises
        ------
        SetupError
            If the gradebook cannot be written; then it is as it was.
        """
        pages = list(pages)
        with self._transaction() as db:
            self._open_accounts(db, pages)
            self._write_marks(db, pages, run)
            self._write_comments(db, pages)

    # --- rows that must be there ---

    def _open_accounts(self, db: Connection, pages: list[Page]) -> None:
        """Make the rows that nbgrader makes of a first submission, and note when it came."""
        known = self._submissions(db, pages)
        new = [page for page in pages if page.student not in known]
        rows = [_row(assignment_id=self._assignment, student_id=p.student) for p in new]
        _insert(db, _SUBMITTED, rows)
        notebooks = [
            _row(assignment_id=row["id"], notebook_id=notebook, flagged=False)
            for row in rows
            for notebook in self._notebooks.values()
        ]
        _insert(db, _NOTEBOOK, notebooks)
        for table, cells, rest in (
            (_GRADE, self._graded, {"needs_manual_grade": True}),
            (_COMMENT, self._answers, {}),
        ):
            _insert(db, table, [
                _row(notebook_id=notebook["id"], cell_id=cell, **rest)
                for notebook in notebooks
                for cell in cells[notebook["notebook_id"]].values()
            ])
        known |= {row["student_id"]: row["id"] for row in rows}
        _update(db, _SUBMITTED, [
            {"key": known[page.student], "timestamp": page.when} for page in pages if page.when
        ])

    def _submissions(self, db: Connection, pages: list[Page]) -> dict[str, str]:
        query = sql.select(_SUBMITTED.c.student_id, _SUBMITTED.c.id).where(
            _SUBMITTED.c.assignment_id == self._assignment,
            _SUBMITTED.c.student_id.in_([page.student for page in pages]),
        )
        return dict(db.execute(query).tuples().all())

    # --- scores and words ---

    def _write_marks(self, db: Connection, pages: list[Page], run: str) -> None:
        rows = self._rows(db, _GRADE, pages)
        marks = [
            (rows[page.student, name], mark)
            for page in pages
            for name, mark in page.marks.items()
        ]
        # as in nbgrader: what a person scored before is shown to them again
        for by_hand, again in ((True, sql.true()), (False, _GRADE.c.manual_score.is_not(None))):
            _update(db, _GRADE, [
                {"key": grade, "auto_score": mark.score}
                for grade, mark in marks
                if (mark.score is None) == by_hand
            ], needs_manual_grade=again)  # fmt: skip
        db.execute(sql.delete(APPLIED).where(APPLIED.c.grade_id.in_([g for g, _ in marks])))
        _insert(db, APPLIED, [
            {"grade_id": grade, "submission": m.submission, "part_key": m.part_key, "run": run}
            for grade, m in marks
        ])

    def _write_comments(self, db: Connection, pages: list[Page]) -> None:
        rows = self._rows(db, _COMMENT, pages)
        _update(db, _COMMENT, [
            {"key": rows[page.student, name], "auto_comment": words}
            for page in pages
            for name, words in page.comments.items()
        ])

    def _rows(self, db: Connection, table: sql.Table, pages: list[Page]) -> dict[tuple, str]:
        """Find the ids of rows by student and cell name."""
        query = (
            sql.select(_SUBMITTED.c.student_id, BaseCell.__table__.c.name, table.c.id)
            .select_from(table)
            .join(BaseCell.__table__, BaseCell.__table__.c.id == table.c.cell_id)
            .join(_NOTEBOOK, _NOTEBOOK.c.id == table.c.notebook_id)
            .join(_SUBMITTED, _SUBMITTED.c.id == _NOTEBOOK.c.assignment_id)
            .where(
                _SUBMITTED.c.assignment_id == self._assignment,
                _SUBMITTED.c.student_id.in_([page.student for page in pages]),
            )
        )
        return {(student, name): row for student, name, row in db.execute(query)}

    def _transaction(self) -> _Transaction:
        return _Transaction(self._engine)


class _Transaction:
    """All or nothing, and in words of ours where it is nothing."""

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Connection:
        self._begun = self._engine.begin()
        try:
            return self._begun.__enter__()
        except SQLAlchemyError as error:
            raise _refusal(error) from error

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            self._begun.__exit__(kind, error, trace)
        except SQLAlchemyError as failure:
            raise _refusal(failure) from failure
        if isinstance(error, SQLAlchemyError):
            raise _refusal(error) from error


def _refusal(error: SQLAlchemyError) -> SetupError:
    cause = str(getattr(error, "orig", None) or error).split("\n")[0]
    return SetupError(
        f"the gradebook was not written ({cause}) and is as it was; what was graded is in the "
        "journal, so run it again when that is mended"
    )


def _cells(
    db: Connection, notebooks: Iterable[str], kinds: tuple[Any, ...]
) -> dict[str, dict[str, str]]:
    """Find cells of some kinds: by notebook and name, their ids."""
    found: dict[str, dict[str, str]] = {notebook: {} for notebook in notebooks}
    for kind in kinds:
        query = sql.select(kind.notebook_id, kind.name, kind.id).where(
            kind.notebook_id.in_(list(found))
        )
        for notebook, name, cell in db.execute(query):
            found[notebook][name] = cell
    return found


def _row(**values: Any) -> dict[str, Any]:
    return {"id": uuid.uuid4().hex, **values}


def _insert(db: Connection, table: sql.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.execute(sql.insert(table), rows)


def _update(db: Connection, table: sql.Table, rows: list[dict[str, Any]], **same: Any) -> None:
    """Update rows by their ids, given as `key`."""
    if rows:
        db.execute(sql.update(table).where(table.c.id == sql.bindparam("key")).values(**same), rows)
