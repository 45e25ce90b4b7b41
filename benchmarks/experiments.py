"""Put the course's networks to the questions of cnncourse.training.experiments.

    python benchmarks/experiments.py degradation --out benchmarks/results/experiments

Each question takes minutes on one core, on data that comes with the course. Writes QUESTION.json
with the figures, the date and the machine, and QUESTION.png with a line for each kind of network;
bars are one standard deviation over the seeds.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import platform
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cnncourse.data import Dataset, load
from cnncourse.models import registry
from cnncourse.models.vit import VisionTransformer
from cnncourse.training import Optimisation, TrainConfig, fit
from cnncourse.training import experiments as ask
from cnncourse.training.experiments import Comparison
from cnncourse.training.transfer import accuracy_by_labels

RECIPE = TrainConfig(epochs=10, batch_size=64)


def degradation(seeds: tuple[int, ...]) -> Comparison:
    """Train 20 and 56 layers, plain and residual, on the digits."""

    def build(kind: str, depth: int) -> nn.Module:
        name = {"plain": "plain", "residual": "resnet"}[kind]
        return registry.build(f"{name}{depth}", in_channels=1, num_classes=10)

    return ask.degradation(build, load("digits"), RECIPE, seeds=seeds)


def batch_norm(seeds: tuple[int, ...]) -> Comparison:
    """Train twelve layers with batch norm and without, at four learning rates, on the digits."""
    return ask.batch_norm(load("digits"), load("digits", "test"), RECIPE, seeds=seeds)


def kernel_sizes(seeds: tuple[int, ...]) -> Comparison:
    """Train two 3 x 3 and one 5 x 5 in each of three stages, on the digits at 16 pixels."""
    data = [load("digits", split, size=16) for split in ("train", "test")]
    return ask.kernel_sizes(*data, RECIPE, seeds=seeds)


def inductive_bias(seeds: tuple[int, ...]) -> Comparison:
    """Train a small ViT (58,570 weights) and a small CNN (26,818) on more and more digits."""
    builders: dict[str, ask.Build] = {
        "CNN": partial(ask.small_network, 3, 2, True, 1, 10, width=24),
        "ViT": partial(
            VisionTransformer, image_size=8, patch=2, dim=48, layers=3, heads=4, hidden=96,
            in_channels=1, num_classes=10,
        ),
    }
    recipe = TrainConfig(epochs=8, batch_size=32)
    data = [load("digits", split) for split in ("train", "test")]
    return ask.by_training_size(builders, *data, recipe, (4, 12, 40, 120), seeds)


ZOO = (
    "resnet20", "plain20", "resnet32", "resnet56", "plain56", "hybrid_mini", "vit_mini",
    "mobilenet_v3_small",
)  # fmt: skip


def parameters(seeds: tuple[int, ...]) -> list[tuple[str, int, NDArray[np.float64]]]:
    """Train networks of the zoo on the digits, all in the same way, for 88 steps.

    MobileNet V3 stays at chance: its batch norm averages so slowly (momentum 0.01) that so few
    steps give no statistics to evaluate with. By those of the test images themselves it gets 82 %
    right.
    """

    def make(name: str) -> nn.Module:
        size = {"image_size": 8} if name in ("hybrid_mini", "vit_mini") else {}
        return registry.build(name, in_channels=1, num_classes=10, **size)

    builders = {name: partial(make, name) for name in ZOO}
    recipe = TrainConfig(epochs=4, batch_size=64)
    return ask.by_parameters(builders, load("digits"), load("digits", "test"), recipe, seeds)


def receptive_field(seeds: tuple[int, ...]) -> Comparison:
    """Measure the receptive field of stacks of 3 x 3 convolutions."""
    return ask.receptive_fields(seeds=seeds)


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


def labels(seeds: tuple[int, ...]) -> Comparison:
    """Take what was learned on the digits 0 to 4 to the digits 5 to 9, from few labels to many."""
    source, train, test = _halves()
    recipe = TrainConfig(epochs=30, batch_size=16, optimisation=Optimisation(lr=5e-3))
    shots = accuracy_by_labels(
        _stages, _pretrain(source), train, test, (1, 2, 5, 20, 100), recipe, seeds
    )
    return ask.of_shots(shots)


def depth(seeds: tuple[int, ...]) -> Comparison:
    """Take over none, one, two or three stages from the digits 0 to 4 to the digits 5 to 9."""
    source, train, test = _halves()
    return ask.transfer_by_depth(_stages, _pretrain(source), train, test, RECIPE, seeds)


Found = Comparison | list[tuple[str, int, NDArray[np.float64]]]
QUESTIONS: dict[str, tuple[Callable[[tuple[int, ...]], Found], bool]] = {
    "degradation": (degradation, False),  # with a logarithmic axis?
    "batch_norm": (batch_norm, True),
    "kernel_sizes": (kernel_sizes, True),
    "inductive_bias": (inductive_bias, True),
    "parameters": (parameters, True),
    "receptive_field": (receptive_field, False),
    "labels": (labels, True),
    "depth": (depth, False),
}


def figures(found: Found) -> dict[str, object]:
    """Give what was measured as plain data."""
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


def main() -> None:
    """Ask one question, write what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("question", choices=QUESTIONS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/experiments"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    run, log_x = QUESTIONS[options.question]
    start = time.process_time()
    found = run(tuple(range(options.seeds)))
    result = {
        "setup": inspect.getdoc(run),
        "date": str(date.today()),
        "command": f"python benchmarks/experiments.py {options.question} --seeds {options.seeds}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, one thread",
        "torch": torch.__version__,
        "cpu_seconds": round(time.process_time() - start),
        "seeds": options.seeds,
        **figures(found),
    }
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1)
    (options.out / f"{options.question}.json").write_text(text + "\n")
    drawn = (
        ask.plot_comparison(found, log_x)
        if isinstance(found, Comparison)
        else ask.plot_parameters(found)
    )
    drawn.savefig(options.out / f"{options.question}.png")
    print(text)


if __name__ == "__main__":
    main()
