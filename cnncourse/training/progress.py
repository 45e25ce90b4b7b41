"""Showing a run while it goes."""

from __future__ import annotations

from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cnncourse.training.history import Epoch


class Reporter(Protocol):
    """What `fit` tells of a run; any object with these four methods will do."""

    def start(self, epochs: int, steps: int, done: int) -> None:
        """Begin: how many epochs there are, steps in each, and epochs done before."""

    def step(self, loss: float, accuracy: float, images_per_second: float) -> None:
        """One more step is done; the averages are those of this epoch so far."""

    def epoch(self, row: Epoch) -> None:
        """An epoch is done."""

    def note(self, text: str) -> None:
        """Something worth knowing happened."""


class Silent:
    """Shows nothing."""

    def start(self, epochs: int, steps: int, done: int) -> None:
        """Show nothing."""

    def step(self, loss: float, accuracy: float, images_per_second: float) -> None:
        """Show nothing."""

    def epoch(self, row: Epoch) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""


class Bar:
    """A progress bar with loss, accuracy, images per second and the time that is left.

    Parameters
    ----------
    console : rich.console.Console, optional
        Where to; the standard error stream by default.

    Examples
    --------
    >>> import io
    >>> text = io.StringIO()
    >>> with Bar(Console(file=text)) as bar:
    ...     bar.start(epochs=1, steps=1, done=0)
    ...     bar.step(loss=2.5, accuracy=0.25, images_per_second=1234)
    >>> "loss 2.500, accuracy 25.0 %, 1,234 images/s" in text.getvalue()
    True
    """

    def __init__(self, console: Console | None = None) -> None:
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=12),
            TextColumn("{task.fields[words]}, left"),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
        )
        self._done = self._epochs = 0

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def start(self, epochs: int, steps: int, done: int) -> None:
        """Draw the bar."""
        self._done, self._epochs = done, epochs
        self._task = self._progress.add_task(
            "", total=epochs * steps, completed=done * steps, words="", epoch=self._count()
        )

    def step(self, loss: float, accuracy: float, images_per_second: float) -> None:
        """Move the bar by a step."""
        words = f"loss {loss:.3f}, accuracy {accuracy:.1%}".replace("%", " %")
        words += f", {images_per_second:,.0f} images/s"
        self._progress.update(self._task, advance=1, words=words)

    def epoch(self, row: Epoch) -> None:
        """Write a line that stays."""
        line = f"epoch {row.epoch}: loss {row.train_loss:.4f}, accuracy {row.train_accuracy:.2%}"
        if row.test_accuracy is not None:
            line += f"; held out: loss {row.test_loss:.4f}, accuracy {row.test_accuracy:.2%}"
        self.note(f"{line}; {row.images_per_second:,.0f} images/s".replace("%", " %"))
        self._done = row.epoch
        self._progress.update(self._task, epoch=self._count())

    def note(self, text: str) -> None:
        """Write a line that stays."""
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _count(self) -> str:
        return f"{min(self._done + 1, self._epochs)}/{self._epochs}"
