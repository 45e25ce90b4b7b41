"""What every lab is given and gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from matplotlib.figure import Figure

from cnncourse.errors import ArgumentError
from cnncourse.training.descent import LOOKS, Meter
from cnncourse.training.history import Epoch

Show = Callable[[str, int, int, str], None]  # stage, steps done, all steps, how it stands in words


def _show_nothing(stage: str, done: int, total: int, words: str) -> None:
    pass


@dataclass(frozen=True)
class Plan:
    """How a lab is to run.

    Parameters
    ----------
    fast : bool
        Half a minute instead of minutes: fewer examples and steps, the same code.
    device : torch.device
    seed : int
        Of the data, the weights and the order; the same seed repeats the lab on a CPU.
    show : callable
        Told the stage, the steps done, all steps, and how it stands in words.

    Examples
    --------
    >>> Plan(fast=True).choose(3000, fast=200)
    200
    """

    fast: bool = False
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    seed: int = 0
    show: Show = _show_nothing

    def choose(self, full: int, fast: int) -> int:
        """Choose a number of examples, steps or epochs."""
        return fast if self.fast else full

    def meter(self, stage: str) -> Meter:
        """Name a stage of the lab: what comes back is told how far it is, as `descend` does."""
        return lambda done, total, words: self.show(stage, done, total, words)

    def reporter(self, stage: str) -> StageReporter:
        """Name a stage that `fit` trains."""
        return StageReporter(self.meter(stage))


class StageReporter:
    """Passes on to a meter what `fit` tells.

    Parameters
    ----------
    meter : callable
    """

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.done = self.total = 0

    def start(self, epochs: int, steps: int, done: int) -> None:
        """Begin."""
        self.done, self.total = done * steps, epochs * steps

    def step(self, loss: float, accuracy: float, images_per_second: float) -> None:
        """Count a step, and say now and then how it stands."""
        self.done += 1
        if self.done % max(1, self.total // LOOKS) == 0 or self.done == self.total:
            self.meter(self.done, self.total, f"loss {loss:.3f}, right {100 * accuracy:.1f} %")

    def epoch(self, row: Epoch) -> None:
        """Say nothing: the steps say it."""

    def note(self, text: str) -> None:
        """Show a note in place of the loss."""
        self.meter(self.done, self.total, text)


@dataclass(frozen=True)
class Measured:
    """A figure of merit beside what it must beat.

    Parameters
    ----------
    metric : str
        The field's name of it and on what: 'accuracy on unseen speakers'.
    value : float
    baseline : str
        What it is compared with, in words.
    baseline_value : float
        The same metric, on the same data.
    unit : str
        '%' for shares, which are kept from 0 to 1; 'dB' ...; nothing for plain numbers.
    lower_is_better : bool
    margin : float
        By how much it must beat the baseline to count.

    Examples
    --------
    >>> found = Measured("accuracy", 0.93, "bag of words", 0.81, unit="%")
    >>> found.beats_baseline, found.say(found.value)
    (True, '93.0 %')
    """

    metric: str
    value: float
    baseline: str
    baseline_value: float
    unit: str = ""
    lower_is_better: bool = False
    margin: float = 0.0

    @property
    def beats_baseline(self) -> bool:
        """Whether it does, by more than the margin."""
        gain = self.value - self.baseline_value
        return (-gain if self.lower_is_better else gain) > self.margin

    def say(self, value: float) -> str:
        """Write one of the two numbers with its unit."""
        if self.unit == "%":
            return f"{100 * value:.1f} %"
        return f"{value:.3g} {self.unit}".rstrip() if self.unit != "dB" else f"{value:.2f} dB"


@dataclass(frozen=True)
class Picture:
    """A figure, and what it shows in words for those who do not see it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
    """

    figure: Figure
    alt: str


@dataclass(frozen=True)
class Outcome:
    """What a lab found.

    Parameters
    ----------
    measured : tuple of Measured
        The first is the lab's headline.
    pictures : dict of str to Picture
        By a short name, which becomes the file's.
    losses : dict of str to list of float
        Of each network that was trained, in order.

    Raises
    ------
    ArgumentError
        If nothing was measured.
    """

    measured: tuple[Measured, ...]
    pictures: dict[str, Picture]
    losses: dict[str, list[float]]

    def __post_init__(self) -> None:
        if not self.measured:
            raise ArgumentError("measured", "at least one figure of merit", "none")
