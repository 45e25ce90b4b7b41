"""Using what a network has learned on one task for another.

A network is given here as its stages, an `nn.Sequential`, and a head that makes class scores of
what they give. The networks of `cnncourse.models` have them as `features` and `head`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnncourse.data import Dataset, few
from cnncourse.errors import ArgumentError
from cnncourse.training.batches import Batches
from cnncourse.training.config import Machine, TrainConfig
from cnncourse.training.descent import Meter
from cnncourse.training.device import choose_device
from cnncourse.training.loop import evaluate, fit
from cnncourse.training.seed import seed_everything

COLOURS = {"red": 0, "green": 1, "blue": 2}


class Normalise(nn.Module):
    """Subtract a mean from each channel and divide by a deviation, as part of the network.

    Inside the network it cannot be forgotten, or done twice, when the network is used.

    Parameters
    ----------
    mean, std : sequence of float
        A number for each channel, of images from 0 to 1.

    Examples
    --------
    >>> Normalise([0.5], [0.25])(torch.ones(1, 1, 1, 2))
    tensor([[[[2., 2.]]]])
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean).reshape(-1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).reshape(-1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise each channel: (N, C, H, W) -> (N, C, H, W)."""
        return (x - self.mean) / self.std


class Frozen(nn.Module):
    """A backbone that learns nothing: no gradients, and batch norm and dropout as in evaluation.

    Without the second, the averages of batch norm drift to the new images while the weights that
    were trained with the old ones stay.

    Parameters
    ----------
    backbone : nn.Module

    Examples
    --------
    >>> frozen = Frozen(nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))).train()
    >>> frozen.backbone[1].training, any(p.requires_grad for p in frozen.parameters())
    (False, False)
    """

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> Frozen:
        """Stay in evaluation mode."""
        super().train(mode)
        self.backbone.eval()
        return self

    def forward(self, x: Tensor) -> Tensor:
        """Apply the backbone."""
        with torch.no_grad():
            return self.backbone(x)


def cached_features(
    backbone: nn.Module, data: Dataset, batch_size: int = 256, machine: Machine | None = None
) -> Dataset:
    """Run a frozen backbone over a data set once, so that training a head costs next to nothing.

    Parameters
    ----------
    backbone : nn.Module
        It is put into evaluation mode.
    data : Dataset
    batch_size : int
    machine : Machine, optional

    Returns
    -------
    Dataset
        With the backbone's output, float32, in the place of the images.
    """
    machine = machine or Machine()
    device = choose_device(machine.device)
    backbone = backbone.to(device).eval()
    with torch.no_grad():
        features = [
            backbone(x).float().cpu()
            for x, _ in Batches(data, device, machine.channels_last).in_order(batch_size)
        ]
    return replace(data, images=torch.cat(features).contiguous().numpy())


def discriminative_groups(
    stages: nn.Sequential, head: nn.Module, lr: float, weight_decay: float, ratio: float = 0.4
) -> list[dict]:
    """Give each stage a learning rate: the head the full one, each stage before it a share.

    Parameters
    ----------
    stages : nn.Sequential
    head : nn.Module
    lr : float
        Of the head.
    weight_decay : float
        For weights of two axes or more.
    ratio : float
        Each stage's rate over that of the next.

    Returns
    -------
    list of dict
        For `fit(groups=...)`.

    References
    ----------
    Howard and Ruder, "Universal language model fine-tuning", arXiv:1801.06146, Section 3.2.

    Examples
    --------
    >>> stages = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    >>> groups = discriminative_groups(stages, nn.Linear(2, 3), 1.0, 0.01, ratio=0.5)
    >>> [group["lr"] for group in groups]
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """
    if not 0 < ratio <= 1:
        raise ArgumentError("ratio", "above 0, at most 1", ratio)
    learning = [stage for stage in stages if any(True for _ in stage.parameters())]
    groups = []
    for depth, module in enumerate([head, *reversed(learning)]):
        rate = lr * ratio**depth
        parameters = list(module.parameters())
        for members, decay in (
            ([p for p in parameters if p.ndim >= 2], weight_decay),
            ([p for p in parameters if p.ndim < 2], 0.0),
        ):
            if members:
                groups.append(
                    {"params": members, "lr": rate, "peak": rate, "weight_decay": decay}
                )
    return groups


def gradual_unfreezing(
    stages: nn.Sequential, epochs_each: int = 1
) -> Callable[[int, nn.Module], None]:
    """Train the head alone at first, then with the last stage too, and so on down to the first.

    Parameters
    ----------
    stages : nn.Sequential
    epochs_each : int
        Before one more stage joins.

    Returns
    -------
    callable
        For `fit(before_epoch=...)`. Give `fit` also `groups` that hold every stage: those made by
        default hold only what can be trained at the start.

    References
    ----------
    Howard and Ruder, arXiv:1801.06146, Section 3.3.
    """
    learning = [stage for stage in stages if any(True for _ in stage.parameters())]

    def before_epoch(epoch: int, model: nn.Module) -> None:
        joined = min(epoch // epochs_each, len(learning))
        for place, stage in enumerate(learning):
            thawed = place >= len(learning) - joined
            stage.requires_grad_(thawed)
            stage.train(thawed)

    return before_epoch


@dataclass(frozen=True)
class Preprocessing:
    """What a network was trained on, against which new images can be checked.

    Parameters
    ----------
    channels : int
    size : int
        Height and width in pixels.
    mean, std : tuple of float
        Of each channel over the training images, as they went into the network.
    """

    channels: int
    size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @staticmethod
    def of(images: NDArray[np.floating]) -> Preprocessing:
        """Describe images of shape (N, C, H, W)."""
        mean, std = images.mean(axis=(0, 2, 3)), images.std(axis=(0, 2, 3))
        return Preprocessing(
            images.shape[1], images.shape[2], tuple(map(float, mean)), tuple(map(float, std))
        )


def check_preprocessing(
    images: NDArray[np.floating], expected: Preprocessing, tolerance: float = 0.5
) -> list[str]:
    """Look for the mistakes that no error reports: the network runs, and is wrong.

    Parameters
    ----------
    images : float array, shape (N, C, H, W)
        As they would go into the network; a hundred or more.
    expected : Preprocessing
    tolerance : float
        How many deviations the mean may be off, and how much (as a factor, less 1) the deviation.

    Returns
    -------
    list of str
        What looks wrong, in words; empty if nothing does. New images differ from old ones, so
        this is advice.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> images = rng.normal(0.5, 0.2, (100, 3, 8, 8))
    >>> check_preprocessing(images * 255, Preprocessing.of(images))
    ['range: the values spread 255 times as wide as in training; were they divided by 255?']
    """
    found = Preprocessing.of(images)
    problems = []
    if found.channels != expected.channels:
        problems.append(f"channels: {found.channels}, the network was trained on "
                        f"{expected.channels}")
    if found.size != expected.size:
        problems.append(f"resolution: {found.size} pixels, the network was trained on "
                        f"{expected.size}; objects look larger or smaller to it")
    if found.channels != expected.channels:
        return problems
    if problem := _range_problem(found, expected, tolerance):
        return [*problems, problem]
    if expected.channels == 3:
        problems += _colour_problems(images, found, expected)
    return problems


def _range_problem(found: Preprocessing, expected: Preprocessing, tolerance: float) -> str | None:
    spread = float(np.mean(found.std) / np.mean(expected.std))
    off = abs(np.mean(found.mean) - np.mean(expected.mean)) / np.mean(expected.std)
    if 1 / (1 + tolerance) <= spread <= 1 + tolerance and off <= tolerance:
        return None
    times = f"the values spread {spread:.3g} times as wide as in training"
    if 100 < spread < 1000:
        return f"range: {times}; were they divided by 255?"
    if 1 / 1000 < spread < 1 / 100:
        return f"range: {times}; were they divided by 255 twice?"
    return (f"range: {times} and their mean is off by {off:.2g} deviations; "
            "are mean and deviation those of the training?")


def _colour_problems(
    images: NDArray[np.floating], found: Preprocessing, expected: Preprocessing
) -> list[str]:
    if np.allclose(images[:, 0], images[:, 1]) and np.allclose(images[:, 0], images[:, 2]):
        return ["colour: the three channels are equal, so these are gray images"]
    mean = np.array(found.mean)
    distance = {
        order: float(np.linalg.norm(mean[list(order)] - expected.mean))
        for order in permutations(range(3))
    }
    best = min(distance, key=distance.__getitem__)
    if distance[best] < 0.5 * distance[0, 1, 2]:
        names = list(COLOURS)
        order = ", ".join(names[place] for place in best)
        return [f"channel order: in the order {order} the means would fit those of the training "
                "far better; were the images read as BGR?"]
    return []


@dataclass(frozen=True)
class Shots:
    """Accuracy against the number of labels.

    Parameters
    ----------
    per_class : tuple of int
        Labelled images of each class.
    accuracy : dict of str to array, shape (len(per_class), seeds)
        For 'scratch', 'frozen' and 'fine-tuned'.
    """

    per_class: tuple[int, ...]
    accuracy: dict[str, NDArray[np.float64]]


def accuracy_by_labels(
    build: Callable[[int], tuple[nn.Sequential, nn.Module]],
    pretrained: nn.Sequential,
    train: Dataset,
    test: Dataset,
    per_class: Sequence[int],
    config: TrainConfig,
    seeds: Sequence[int] = (0, 1, 2),
    meter: Meter | None = None,
) -> Shots:
    """Measure what a pretrained backbone is worth, from few labels to many.

    Parameters
    ----------
    build : callable
        From a number of classes to new stages and a new head, with random weights.
    pretrained : nn.Sequential
        Stages of the same kind, trained on another task; they are copied, not changed.
    train, test : Dataset
        The new task.
    per_class : sequence of int
    config : TrainConfig
        The same for all three ways. A small set has few batches in an epoch, so the number of
        epochs must suit the smallest.
    seeds : sequence of int
        Each draws other images and weights.
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    Shots
    """
    ways = {"scratch": _scratch, "frozen": _frozen, "fine-tuned": _fine_tuned}
    accuracy = {way: np.empty((len(per_class), len(seeds))) for way in ways}
    runs = [(row, column, way) for row in range(len(per_class)) for column in range(len(seeds))
            for way in ways]  # fmt: skip
    for done, (row, column, way) in enumerate(runs):
        count, seed = per_class[row], seeds[column]
        if meter:
            meter(done, len(runs), f"{way}, {count} of each class, seed {seed}")
        some = few(train, count, seed)
        seed_everything(seed)
        stages, head = build(len(train.classes))
        recipe = replace(config, seed=seed)
        accuracy[way][row, column] = ways[way](stages, head, pretrained, some, test, recipe)
    return Shots(tuple(per_class), accuracy)


def _scratch(
    stages: nn.Sequential, head: nn.Module, pretrained: nn.Sequential,
    train: Dataset, test: Dataset, config: TrainConfig,
) -> float:  # fmt: skip
    model = fit(nn.Sequential(stages, head), train, None, config).model
    return evaluate(model, test, machine=config.machine)[1]


def _frozen(
    stages: nn.Sequential, head: nn.Module, pretrained: nn.Sequential,
    train: Dataset, test: Dataset, config: TrainConfig,
) -> float:  # fmt: skip
    stages.load_state_dict(pretrained.state_dict())
    trained = fit(head, cached_features(stages, train, machine=config.machine), None, config)
    features = cached_features(stages, test, machine=config.machine)
    return evaluate(trained.model, features, machine=config.machine)[1]


def _fine_tuned(
    stages: nn.Sequential, head: nn.Module, pretrained: nn.Sequential,
    train: Dataset, test: Dataset, config: TrainConfig,
) -> float:  # fmt: skip
    stages.load_state_dict(pretrained.state_dict())
    options = config.optimisation
    trained = fit(
        nn.Sequential(stages, head), train, None, config,
        groups=lambda _: discriminative_groups(stages, head, options.lr, options.weight_decay),
    )
    return evaluate(trained.model, test, machine=config.machine)[1]
