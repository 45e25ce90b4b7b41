"""The log of a run: one JSON object per line, for whoever asks afterwards what happened."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cnncourse.errors import SetupError


class Log:
    """A run's `events.jsonl`.

    Parameters
    ----------
    run : Path
        The run's folder.
    """

    def __init__(self, run: Path) -> None:
        self.run = run

    def __enter__(self) -> Log:
        try:
            self._file = (self.run / "events.jsonl").open("a", encoding="utf-8")
        except OSError as error:
            raise SetupError(f"{self.run}: cannot be written to: {error.strerror}") from error
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __call__(self, event: str, **facts: Any) -> None:
        """Write an event down."""
        when = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"when": when, "event": event, **facts}, ensure_ascii=False)
        try:
            self._file.write(line + "\n")
            self._file.flush()
        except OSError as error:
            raise SetupError(f"{self._file.name}: not written: {error.strerror}") from error
