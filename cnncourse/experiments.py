"""The course's networks, put to the questions of `cnncourse.training.experiments`.

Each question takes minutes on one core, on data that comes with the course. What came out stands in
small files that the book's pages plot; bars are one standard deviation over the seeds.
"""

from __future__ import annotations

import inspect
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import nn

from cnncourse.data import Dataset, load
from cnncourse.errors import ArgumentError, unknown_name
from cnncourse.models import registry
from cnncourse.models.vit import VisionTransformer
from cnncourse.training import Optimisation, TrainConfig, fit
from cnncourse.training import experiments as ask
from cnncourse.training.descent import Meter
from cnncourse.training.experiments import Comparison
from cnncourse.training.transfer import accuracy_by_labels

__all__ = ["Report", "describe", "names", "run", "save"]


Seeds = tuple[int, ...]
Zoo = list[tuple[str, int, NDArray[np.float64]]]  # name, parameters, accuracies
RECIPE = TrainConfig(epochs=10, batch_size=64)


def degradation(seeds: Seeds, meter: Meter | None) -> Comparison:
    """Train 20 and 56 layers, plain and residual, on the digits."""

    def build(kind: str, depth: int) -> nn.Module:
        name = {"plain": "plain", "residual": "resnet"}[kind]
        return registry.build(f"{name}{depth}", in_channels=1, num_classes=10)

    return ask.degradation(build, load("digits"), RECIPE, seeds=seeds, meter=meter)


def batch_norm(seeds: Seeds, meter: Meter | None) -> Comparison:
    """Train twelve layers with batch norm and without, at four learning rates, on the digits."""
    return ask.batch_norm(load("digits"), load("digits", "test"), RECIPE, seeds=seeds, meter=meter)


def kernel_sizes(seeds: Seeds, meter: Meter | None) -> Comparison:
    """Train two 3 x 3 and one 5 x 5 in each of three stages, on the digits at 16 pixels."""
    train, test = (load("digits", split, size=16) for split in ("train", "test"))
    return ask.kernel_sizes(train, test, RECIPE, seeds=seeds, meter=meter)


def _vision_transformer() -> nn.Module:
    return VisionTransformer(
        image_size=8, patch=2, dim=48, layers=3, heads=4, hidden=96, in_channels=1, num_classes=10
    )


def _dense(pixels: int = 64) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(pixels, 256), nn.ReLU(), nn.Linear(256, 10))


BIASES: dict[str, ask.Build] = {
    "CNN": partial(ask.small_network, 3, 2, True, 1, 10, width=24),
    "ViT": _vision_transformer,
    "dense": _dense,
}


def inductive_bias(seeds: Seeds, meter: Meter | None) -> Comparison:
    """Train a small ViT (58,570 weights) and a small CNN (26,818) on more and more digits."""
    builders = {name: BIASES[name] for name in ("CNN", "ViT")}
    recipe = TrainConfig(epochs=8, batch_size=32)
    train, test = (load("digits", split) for split in ("train", "test"))
    return ask.by_training_size(builders, train, test, recipe, (4, 12, 40, 120), seeds, meter)


def displaced(seeds: Seeds, meter: Meter | None) -> Comparison:
    """Displace pixels of digits that lie in the middle, and of digits that lie anywhere.

    A CNN and a dense network are trained on both kinds. Those that lie anywhere have 16 x 16
    pixels, the others 8 x 8. A share of the pixels, the same in all images, changes places.
    """
    cnn = BIASES["CNN"]
    builders: dict[str, ask.Build] = {
        "CNN, anywhere": cnn, "dense, anywhere": partial(_dense, 256),
        "CNN, centred": cnn, "dense, centred": _dense,
    }  # fmt: skip

    def parts(name: str, share: float) -> tuple[Dataset, Dataset]:
        train, test = load("digits"), load("digits", "test")
        if "anywhere" in name:
            train, test = ask.wander(train, room=4, seed=1), ask.wander(test, room=4, seed=2)
        return ask.displace(train, share), ask.displace(test, share)

    labels = ("What if neighbours are none?", "share of the pixels that are displaced")
    recipe = TrainConfig(epochs=6, batch_size=32)
    return ask.by_spoiling(builders, parts, (0, 0.25, 0.5, 1), recipe, labels, seeds, meter)


def noise(seeds: Seeds, meter: Meter | None) -> Comparison:
    """Train a CNN, a ViT and a dense network on clean digits, and test them on noisy ones."""

    def parts(name: str, deviation: float) -> tuple[Dataset, Dataset]:
        return load("digits"), ask.add_noise(load("digits", "test"), deviation)

    labels = ("What does noise do?", "standard deviation of the noise, pixels from 0 to 1")
    recipe = TrainConfig(epochs=6, batch_size=32)
    return ask.by_spoiling(BIASES, parts, (0, 0.1, 0.2, 0.4), recipe, labels, seeds, meter)


ZOO = (
    "resnet20", "plain20", "resnet32", "resnet56", "plain56", "hybrid_mini", "vit_mini",
    "mobilenet_v3_small",
)  # fmt: skip


def parameters(seeds: Seeds, meter: Meter | None) -> Zoo:
    """Train networks of the zoo on the digits, all in the same way, for 88 steps.

    MobileNet V3 stays at chance: its batch norm averages so slowly (momentum 0.01) that so few
    steps give no statistics to evaluate with. By those of the test images themselves it gets 82 %
    right.
    """

    def make(name: str) -> nn.Module:
        size: dict[str, Any] = {"image_size": 8} if name in ("hybrid_mini", "vit_mini") else {}
        return registry.build(name, in_channels=1, num_classes=10, **size)

    builders = {name: partial(make, name) for name in ZOO}
    recipe = TrainConfig(epochs=4, batch_size=64)
    return ask.by_parameters(builders, load("digits"), load("digits", "test"), recipe, seeds, meter)


def receptive_field(seeds: Seeds, meter: Meter | None) -> Comparison:
    """Measure the receptive field of stacks of 3 x 3 convolutions."""
    return ask.receptive_fields(seeds=seeds, meter=meter)


def _halves() -> list[Dataset]:
    """Digits 0 to 4 to train on, then 5 to 9 to train and to test on."""
    parts = []
    for split, low in (("train", 0), ("train", 5), ("test", 5)):
        data = load("digits", split)
        some = data.take((data.labels >= low) & (data.labels < low + 5))
        classes = data.classes[low : low + 5]
        parts.append(Dataset(data.name, some.images, some.labels - low, classes))
    return parts


def _stages(num_classes: int) -> tuple[nn.Sequential, nn.Module]:
    blocks = []
    for before, after in ((1, 16), (16, 32), (32, 64)):
        blocks.append(nn.Sequential(
            nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(),
            nn.MaxPool2d(2),
        ))  # fmt: skip
    return nn.Sequential(*blocks), nn.Sequential(nn.Flatten(), nn.Linear(64, num_classes))


def _pretrain(data: Dataset) -> nn.Sequential:
    torch.manual_seed(0)
    stages, head = _stages(len(data.classes))
    fit(nn.Sequential(stages, head), data, None, RECIPE)
    return stages


def labels(seeds: Seeds, meter: Meter | None) -> Comparison:
    """Take what was learned on the digits 0 to 4 to the digits 5 to 9, from few labels to many."""
    source, train, test = _halves()
    recipe = TrainConfig(epochs=30, batch_size=16, optimisation=Optimisation(lr=5e-3))
    shots = accuracy_by_labels(
        _stages, _pretrain(source), train, test, (1, 2, 5, 20, 100), recipe, seeds, meter
    )
    return ask.of_shots(shots)


def depth(seeds: Seeds, meter: Meter | None) -> Comparison:
    """Take over none, one, two or three stages from the digits 0 to 4 to the digits 5 to 9."""
    source, train, test = _halves()
    return ask.transfer_by_depth(_stages, _pretrain(source), train, test, RECIPE, seeds, meter)


Found = Comparison | Zoo
# with a logarithmic axis?
_ALL: dict[str, tuple[Callable[[Seeds, Meter | None], Found], bool]] = {
    "degradation": (degradation, False),
    "batch_norm": (batch_norm, True),
    "kernel_sizes": (kernel_sizes, True),
    "inductive_bias": (inductive_bias, True),
    "displaced": (displaced, False),
    "noise": (noise, False),
    "parameters": (parameters, True),
    "receptive_field": (receptive_field, False),
    "labels": (labels, True),
    "depth": (depth, False),
}


@dataclass(frozen=True)
class Report:
    """An experiment that has run.

    Parameters
    ----------
    name : str
    found : Comparison or list of (name, parameters, accuracies)
    seeds : int
        How many.
    cpu_seconds : float
        Of this process.
    """

    name: str
    found: Found
    seeds: int
    cpu_seconds: float

    def record(self) -> dict[str, object]:
        """Give what was measured as plain data, with what it takes to repeat it."""
        return {
            "setup": describe(self.name),
            "date": date.today().isoformat(),
            "command": f"cnncourse experiment {self.name} --seeds {self.seeds}",
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, one thread",
            "torch": torch.__version__,
            "cpu_seconds": round(self.cpu_seconds),
            "seeds": self.seeds,
            **_figures(self.found),
        }

    def draw(self) -> Figure:
        """Draw a line, or a point, for each kind of network."""
        if isinstance(self.found, Comparison):
            return ask.plot_comparison(self.found, log_x=_ALL[self.name][1])
        return ask.plot_parameters(self.found)


def names() -> list[str]:
    """List the experiments."""
    return list(_ALL)


def describe(name: str) -> str:
    """Say what an experiment does.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Raises
    ------
    ArgumentError
        If there is none of that name, with the nearest name.

    Examples
    --------
    >>> describe("degradation")
    'Train 20 and 56 layers, plain and residual, on the digits.'
    """
    if name in _ALL:
        return inspect.getdoc(_ALL[name][0]) or ""
    raise unknown_name(name, _ALL, "an experiment")


def run(name: str, seeds: int = 3, meter: Meter | None = None) -> Report:
    """Run an experiment on one thread; networks this small lose time on more.

    Parameters
    ----------
    name : str
        One of `names()`.
    seeds : int
        How many times each network is trained, at least 1.
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    Report

    Raises
    ------
    ArgumentError
        If the name is unknown or there is no seed.
    """
    describe(name)
    if seeds < 1:
        raise ArgumentError("seeds", "1 or more", repr(seeds))
    threads, start = torch.get_num_threads(), time.process_time()
    torch.set_num_threads(1)
    try:
        found = _ALL[name][0](tuple(range(seeds)), meter)
    finally:
        torch.set_num_threads(threads)
    return Report(name, found, seeds, time.process_time() - start)


def save(report: Report, folder: Path) -> list[Path]:
    """Write the figure and the numbers of an experiment.

    Parameters
    ----------
    report : Report
    folder : Path
        Made if it is not there; NAME.png and NAME.json in it are replaced.

    Returns
    -------
    list of Path
    """
    folder.mkdir(parents=True, exist_ok=True)
    figure, numbers = folder / f"{report.name}.png", folder / f"{report.name}.json"
    unfinished = figure.with_suffix(".tmp")
    report.draw().savefig(unfinished, format="png")
    unfinished.replace(figure)
    unfinished.write_text(json.dumps(report.record(), indent=1) + "\n", encoding="utf-8")
    return [figure, unfinished.replace(numbers)]


def _figures(found: Found) -> dict[str, object]:
    if isinstance(found, Comparison):
        return {
            "question": found.question,
            found.x_label: list(found.x),
            found.y_label: {
                name: np.round(table, 4).tolist() for name, table in found.series.items()
            },
        }
    return {
        "question": "What do parameters buy?",
        "parameters": {name: count for name, count, _ in found},
        "accuracy": {name: np.round(accuracy, 4).tolist() for name, _, accuracy in found},
    }
