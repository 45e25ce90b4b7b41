"""What was proved of an exercise at length, and of which source: `proven.json` beside it.

Long proofs (every mutant, two hundred seeds) are run by a named command and stored with its date;
`cnncourse exercises check` holds that what is stored belongs to the present source, and runs a
sample of it again.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnncourse.authoring.build import write_atomically
from cnncourse.authoring.source import Exercise, Variant
from cnncourse.grading import mutants
from cnncourse.grading.mutation import ENOUGH, Tally, read_equivalent
from cnncourse.grading.slices import Cell

SEEDS = 200
SAMPLE = 12  # mutants of an exercise that every check tries again


def store_mutants(exercise: Exercise, cells: Sequence[Cell], tallies: Sequence[Tally]) -> None:
    """Keep what became of every mutant."""
    answers = {one.grade_id: {k: v for k, v in asdict(one).items() if k != "grade_id"}
               for one in tallies}  # fmt: skip
    command = f"cnncourse exercises mutate {exercise.name}"
    _store(exercise, "mutants", _key_of_mutants(cells), command, {"answers": answers})


def store_seeds(
    exercise: Exercise, cells: Sequence[Cell], variants: Sequence[Variant], seeds: int
) -> None:
    """Keep that the reference and the variants earned everything on so many seeds."""
    command = f"cnncourse exercises check {exercise.name} --seeds {seeds}"
    about = {"seeds": seeds, "variants": [variant.name for variant in variants]}
    _store(exercise, "seeds", _key_of_seeds(cells, variants), command, about)


def problems(exercise: Exercise, cells: Sequence[Cell], variants: Sequence[Variant]) -> list[str]:
    """Say what is missing or too little in what is stored, or belongs to another source."""
    found = []
    stored = _read(exercise)
    about = stored.get("mutants", {})
    if about.get("of") != _key_of_mutants(cells):
        command = f"cnncourse exercises mutate {exercise.name}"
        found.append(f"proven.json has no mutants of this source: {command}")
    for grade_id, one in about.get("answers", {}).items():
        rate = one["killed"] / max(1, one["killed"] + len(one["survived"]))
        if rate < ENOUGH:
            found.append(f"{grade_id}: the tests find {rate:.1%} of the mutants, not {ENOUGH:.0%}")
    told = {label for one in about.get("answers", {}).values() for label in one["equivalent"]}
    if told != read_equivalent(exercise).keys():
        found.append("proven.json and equivalent.tsv name other mutants: run mutate again")
    about = stored.get("seeds", {})
    if about.get("of") != _key_of_seeds(cells, variants) or about.get("seeds", 0) < SEEDS:
        command = f"cnncourse exercises check {exercise.name} --seeds {SEEDS}"
        found.append(f"proven.json has no {SEEDS} seeds of this source: {command}")
    return found


def alive_at_last(exercise: Exercise) -> set[str]:
    """Name the mutants that earned everything when all of them were tried."""
    answers = _read(exercise).get("mutants", {}).get("answers", {})
    return {label for one in answers.values() for label in (*one["survived"], *one["equivalent"])}


def _key_of_mutants(cells: Sequence[Cell]) -> str:
    """Name the code of a notebook and the mistakes that are put into it."""
    operators = ast.dump(ast.parse(Path(mutants.__file__).read_text(encoding="utf-8")))
    return _hash([*map(asdict, cells), operators])


def _key_of_seeds(cells: Sequence[Cell], variants: Sequence[Variant]) -> str:
    return _hash([*map(asdict, cells), [sorted(v.answers.items()) for v in variants]])


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]


def _file(exercise: Exercise) -> Path:
    return exercise.folder / "proven.json"


def _read(exercise: Exercise) -> dict[str, Any]:
    file = _file(exercise)
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _store(
    exercise: Exercise, name: str, key: str, command: str, about: dict[str, Any]
) -> None:
    date = datetime.now(tz=UTC).date().isoformat()
    content = {**_read(exercise), name: {"of": key, "date": date, "command": command, **about}}
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    write_atomically(_file(exercise), text + "\n")
