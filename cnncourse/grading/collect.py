"""Bring submissions in; who is refused is noted with the reason."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect

from cnncourse.authoring.build import write_atomically
from cnncourse.errors import SetupError
from cnncourse.grading.intake import OURS, Handed, read_inbox
from cnncourse.grading.layout import Desk, Layout, swap

_EXCHANGE = "exchange"


def collect_exchange(layout: Layout, desk: Desk, assignment: str, roster: set[str]) -> list[str]:
    """Collect the newest submission of each student from nbgrader's exchange."""
    exchange = desk.exchange(_RosterCollect, assignment)
    exchange.update = True
    exchange.roster = roster
    try:
        exchange.start()
    except (ExchangeError, OSError) as error:
        raise SetupError(f"{assignment}: nothing collected: {error}") from error
    _note(layout, assignment, _EXCHANGE, exchange.refused)
    return sorted(record["username"] for record in exchange.src_records)


def collect_inbox(layout: Layout, assignment: str, inbox: Path, roster: set[str]) -> list[str]:
    """Collect from a folder or a zip file."""
    taken, refused = [], {}
    for handed in read_inbox(inbox, assignment, layout.may_bring(assignment)):
        if handed.student not in roster:
            refused[handed.student] = _unknown(handed.student)
            continue
        if handed.problem or handed.left_out:
            refused[handed.student] = f"{handed.path}: {handed.problem or handed.left_out}"
        if not handed.problem:
            _store(layout, assignment, handed)
            taken.append(handed.student)
    _note(layout, assignment, str(inbox.resolve()), refused)
    return sorted(taken)


def read_refusals(layout: Layout, assignment: str) -> dict[str, str]:
    """Read why files were refused, by student."""
    return {entry["student"]: entry["reason"] for entry in _noted(layout, assignment)}


class _RosterCollect(ExchangeCollect):
    """nbgrader's collect, for students of the roster and for folders without links.

    nbgrader copies what a link points to with the rights of whoever collects.
    """

    roster: AbstractSet[str] = frozenset()
    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        super().init_src()
        self.refused = {
            record["username"]: problem
            for record in self.src_records
            if (problem := self._problem(record))
        }
        self.src_records = [r for r in self.src_records if r["username"] not in self.refused]

    def _problem(self, record: dict[str, Any]) -> str:
        if record["username"] not in self.roster:
            return _unknown(record["username"])
        folder = Path(self.inbound_path) / record["filename"]
        links = [path.name for path in (folder, *folder.rglob("*")) if path.is_symlink()]
        return f"{links[0]} is a link, expected files only" if links else ""


def _unknown(student: str) -> str:
    return f"no student of this course has the id “{student}”"


def _store(layout: Layout, assignment: str, handed: Handed) -> None:
    """Put a file where nbgrader expects it; the same file again changes nothing."""
    folder = layout.of_student("submitted", handed.student, assignment)
    files = {**handed.files, f"{assignment}.ipynb": handed.data}
    if {path.name: path.read_bytes() for path in _stored(folder)} == files:
        return
    new = layout.work / "submitted" / handed.student
    new.mkdir(parents=True)
    for name, data in files.items():
        (new / name).write_bytes(data)
    if handed.when is not None:
        (new / "timestamp.txt").write_text(f"{handed.when:%Y-%m-%d %H:%M:%S.%f} UTC")
    swap(new, folder)


def _stored(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_file() and path.name not in OURS]


def _note(layout: Layout, assignment: str, source: str, refused: dict[str, str]) -> None:
    """Replace what was noted of one source."""
    noted = [entry for entry in _noted(layout, assignment) if entry["source"] != source]
    noted += [{"source": source, "student": s, "reason": r} for s, r in refused.items()]
    text = json.dumps(noted, indent=1, ensure_ascii=False) + "\n"
    write_atomically(_file(layout, assignment), text)


def _noted(layout: Layout, assignment: str) -> list[dict[str, str]]:
    file = _file(layout, assignment)
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []


def _file(layout: Layout, assignment: str) -> Path:
    return layout.folder / "refused" / f"{assignment}.json"
