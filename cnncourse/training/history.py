"""What a run measured, epoch by epoch: as a table in a file, as curves."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from matplotlib.figure import Figure

from cnncourse.plots import new_figure


@dataclass(frozen=True)
class Epoch:
    """The figures of one epoch.

    Parameters
    ----------
    epoch : int
        Counted from 1.
    lr : float
        At its end.
    train_loss, train_accuracy : float
        Over its batches, while the weights moved, and on augmented images if there are any.
    test_loss, test_accuracy : float, optional
        After it, on the held-out data.
    images_per_second : float
        Of training.
    seconds : float
        Of training and evaluation.
    """

    epoch: int
    lr: float
    train_loss: float
    train_accuracy: float
    test_loss: float | None
    test_accuracy: float | None
    images_per_second: float
    seconds: float


def write_csv(history: Sequence[Epoch], path: Path) -> None:
    """Write a row for each epoch.

    Parameters
    ----------
    history : sequence of Epoch
    path : Path
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Epoch)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(epoch) for epoch in history)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text.getvalue())
    temporary.replace(path)


def plot_curves(history: Sequence[Epoch]) -> Figure:
    """Draw loss and accuracy over the epochs, on training and on held-out data.

    Parameters
    ----------
    history : sequence of Epoch

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> figure = plot_curves([Epoch(1, 0.1, 2.3, 0.2, 2.2, 0.3, 900, 1.0)])
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss', 'accuracy']
    """
    figure = new_figure(height=2.8)
    epochs = [row.epoch for row in history]
    for place, quantity in enumerate(("loss", "accuracy"), start=1):
        axes = figure.add_subplot(1, 2, place)
        for part, style in (("train", "--"), ("test", "-")):
            values = [getattr(row, f"{part}_{quantity}") for row in history]
            if values[0] is not None:
                axes.plot(epochs, values, style, marker="." if len(values) < 2 else "", label=part)
        axes.set_xlabel("epoch")
        axes.set_ylabel(quantity)
    axes.legend(frameon=False)
    return figure
