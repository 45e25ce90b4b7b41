"""Claims of the course, measured small: each over several seeds, with error bars.

The networks come from the caller, so that any of them can be put to the question; the two questions
that need networks of their own (batch norm, kernel size) build them here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, StrMethodFormatter
from numpy.typing import NDArray
from torch import nn

from cnncourse.data import Dataset, few
from cnncourse.errors import ArgumentError, CourseError
from cnncourse.plots import new_figure
from cnncourse.training.config import Optimisation, TrainConfig
from cnncourse.training.descent import Meter
from cnncourse.training.loop import evaluate, fit
from cnncourse.training.seed import seed_everything
from cnncourse.training.transfer import Frozen, Shots

Build = Callable[[], nn.Module]


@dataclass(frozen=True)
class Comparison:
    """What an experiment measured.

    Parameters
    ----------
    question : str
        In words.
    x_label, y_label : str
        With units.
    x : tuple of float
    series : dict of str to array, shape (len(x), seeds)
    """

    question: str
    x_label: str
    y_label: str
    x: tuple[float, ...]
    series: dict[str, NDArray[np.float64]]

    def rows(self) -> list[tuple[str, float, float, float]]:
        """List name, x, mean over the seeds and standard deviation over them.

        Examples
        --------
        >>> both = np.array([[0.25, 0.75]])
        >>> Comparison("a?", "depth", "accuracy", (20,), {"plain": both}).rows()
        [('plain', 20, 0.5, 0.25)]
        """
        return [
            (name, x, float(values.mean()), float(values.std()))
            for name, table in self.series.items()
            for x, values in zip(self.x, table, strict=True)
        ]


def plot_comparison(comparison: Comparison, log_x: bool = False) -> Figure:
    """Draw a line for each series; bars show one standard deviation over the seeds either way.

    Parameters
    ----------
    comparison : Comparison
    log_x : bool
        Space the horizontal axis by factors.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(height=3.2)
    axes = figure.add_subplot()
    for name, table in comparison.series.items():
        axes.errorbar(
            comparison.x, table.mean(axis=1), yerr=table.std(axis=1), marker="o", capsize=3,
            label=name,
        )
    if log_x:
        axes.set_xscale("log")
        axes.set_xticks(comparison.x, labels=[f"{x:g}" for x in comparison.x])
        axes.minorticks_off()
    else:
        axes.set_xticks(comparison.x)
    axes.set_xlabel(comparison.x_label)
    axes.set_ylabel(comparison.y_label)
    axes.set_title(comparison.question)
    axes.legend(frameon=False)
    return figure


def sweep(
    x: Sequence[float], names: Sequence[str], seeds: Sequence[int],
    measure: Callable[[str, float, int], float], meter: Meter | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Measure every name at every x with every seed, which is set before each.

    Parameters
    ----------
    x : sequence of float
    names : sequence of str
    seeds : sequence of int
    measure : callable
        From name, x and seed to a number.
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next, as `descend` does.

    Returns
    -------
    dict of str to array, shape (len(x), len(seeds))
    """
    series = {name: np.empty((len(x), len(seeds))) for name in names}
    runs = [(name, row, column) for name in names for row in range(len(x))
            for column in range(len(seeds))]  # fmt: skip
    for done, (name, row, column) in enumerate(runs):
        if meter:
            meter(done, len(runs), f"{name}, {x[row]:g}, seed {seeds[column]}")
        seed_everything(seeds[column])
        series[name][row, column] = measure(name, x[row], seeds[column])
    return series


def degradation(
    build: Callable[[str, int], nn.Module], train: Dataset, config: TrainConfig,
    depths: Sequence[int] = (20, 56), seeds: Sequence[int] = (0, 1, 2),
    meter: Meter | None = None,
) -> Comparison:
    """Ask whether deeper networks learn their training images worse.

    Parameters
    ----------
    build : callable
        From 'plain' or 'residual' and the number of layers to a network.
    train : Dataset
    config : TrainConfig
    depths, seeds : sequence of int
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    Comparison
        Of accuracy on the training images themselves, so that overfitting is no explanation.

    References
    ----------
    He et al., arXiv:1512.03385, Figure 1 and Section 4.2.
    """

    def measure(name: str, depth: float, seed: int) -> float:
        model = fit(build(name, int(depth)), train, None, replace(config, seed=seed)).model
        return evaluate(model, train, machine=config.machine)[1]

    return Comparison(
        "Do deeper networks learn worse?", "layers", "accuracy on the training images",
        tuple(depths), sweep(depths, ("plain", "residual"), seeds, measure, meter),
    )


def small_network(
    kernel_size: int, convolutions: int, norm: bool, in_channels: int, num_classes: int,
    width: int = 16, stages: int = 3,
) -> nn.Sequential:
    """Build a network for one of the questions of this module, with He's initial weights.

    Parameters
    ----------
    kernel_size, convolutions : int
        Of each stage, which keeps the size; the next begins at half of it.
    norm : bool
        With batch norm after each convolution.
    in_channels, num_classes, width, stages : int

    Returns
    -------
    nn.Sequential
    """
    layers: list[nn.Module] = []
    channels = in_channels
    for stage in range(stages):
        for convolution in range(convolutions):
            stride = 2 if stage and not convolution else 1
            conv = nn.Conv2d(channels, width, kernel_size, stride, kernel_size // 2)
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
            layers.append(conv)
            layers += [nn.BatchNorm2d(width), nn.ReLU()] if norm else [nn.ReLU()]
            channels = width
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, num_classes)]
    return nn.Sequential(*layers)


def batch_norm(
    train: Dataset, test: Dataset, config: TrainConfig,
    rates: Sequence[float] = (0.01, 0.03, 0.1, 0.3), seeds: Sequence[int] = (0, 1, 2),
    depth: int = 4, meter: Meter | None = None,
) -> Comparison:
    """Ask at which learning rates a network learns, with batch norm and without.

    Parameters
    ----------
    train, test : Dataset
    config : TrainConfig
        Its optimizer and rate are replaced: SGD at each of `rates`.
    rates : sequence of float
    seeds : sequence of int
    depth : int
        Convolutions in each of three stages.
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    Comparison
        A run whose loss is no longer finite counts as chance.

    References
    ----------
    Ioffe and Szegedy, arXiv:1502.03167.
    """

    def measure(name: str, rate: float, seed: int) -> float:
        model = small_network(3, depth, name == "batch norm", train.images.shape[1],
                              len(train.classes))
        recipe = replace(config, seed=seed, optimisation=Optimisation("sgd", rate))
        try:
            fit(model, train, None, recipe)
        except CourseError:
            return 1 / len(train.classes)
        return evaluate(model, test, machine=config.machine)[1]

    return Comparison(
        "What does batch norm change?", "learning rate", "accuracy", tuple(rates),
        sweep(rates, ("batch norm", "none"), seeds, measure, meter),
    )


def kernel_sizes(
    train: Dataset, test: Dataset, config: TrainConfig,
    per_class: Sequence[int] = (10, 30, 100), seeds: Sequence[int] = (0, 1, 2),
    meter: Meter | None = None,
) -> Comparison:
    """Ask whether two 3 × 3 convolutions do better than one 5 × 5 that sees as much.

    Per pair of channels the two have 18 weights and two ReLUs, the one has 25 and a ReLU.

    Parameters
    ----------
    train, test : Dataset
    config : TrainConfig
    per_class : sequence of int
        Labelled images of each class.
    seeds : sequence of int
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    Comparison

    References
    ----------
    Simonyan and Zisserman, arXiv:1409.1556, Section 2.3.
    """
    kinds = {"two 3 × 3": (3, 2), "one 5 × 5": (5, 1)}

    def make(name: str) -> nn.Module:
        size, count = kinds[name]
        return small_network(size, count, True, train.images.shape[1], len(train.classes))

    builders = {name: (lambda name=name: make(name)) for name in kinds}
    found = by_training_size(builders, train, test, config, per_class, seeds, meter)
    return replace(found, question="Two 3 × 3 or one 5 × 5?")


def by_training_size(
    builders: Mapping[str, Build], train: Dataset, test: Dataset, config: TrainConfig,
    per_class: Sequence[int], seeds: Sequence[int] = (0, 1, 2),
    meter: Meter | None = None,
) -> Comparison:
    """Ask how networks compare as the training set grows.

    Every run takes as many steps as `config` gives the whole of `train`, so that a small set is
    seen more often instead of less.

    Parameters
    ----------
    builders : mapping of str to callable
        Each makes a network.
    train, test : Dataset
    config : TrainConfig
    per_class : sequence of int
        Labelled images of each class.
    seeds : sequence of int
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    Comparison
    """

    def measure(name: str, count: float, seed: int) -> float:
        some = few(train, int(count), seed)
        recipe = replace(config, seed=seed, epochs=_epochs(config, len(train), len(some)))
        model = fit(builders[name](), some, None, recipe).model
        return evaluate(model, test, machine=config.machine)[1]

    return Comparison(
        "Which network learns from little?", "training images of each class", "accuracy",
        tuple(per_class), sweep(per_class, tuple(builders), seeds, measure, meter),
    )


def _epochs(config: TrainConfig, whole: int, some: int) -> int:
    """Give a part of a set as many steps as the whole gets."""
    steps = config.epochs * max(1, whole // config.batch_size)
    return max(1, round(steps / max(1, some // min(config.batch_size, some))))


def by_spoiling(
    builders: Mapping[str, Build], parts: Callable[[str, float], tuple[Dataset, Dataset]],
    strengths: Sequence[float], config: TrainConfig, labels: tuple[str, str],
    seeds: Sequence[int] = (0, 1, 2), meter: Meter | None = None,
) -> Comparison:
    """Ask how networks compare as what they take for granted comes to hold less and less.

    Parameters
    ----------
    builders : mapping of str to callable
        Each makes a network.
    parts : callable
        From a network's name and a strength to the images to train on and those to test on;
        spoiled or not, as the question wants.
    strengths : sequence of float
    config : TrainConfig
    labels : (str, str)
        The question, and what the strength is, with its unit.
    seeds : sequence of int
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    Comparison
    """
    def measure(name: str, strength: float, seed: int) -> float:
        train, test = parts(name, strength)
        model = fit(builders[name](), train, None, replace(config, seed=seed)).model
        return evaluate(model, test, machine=config.machine)[1]

    return Comparison(
        labels[0], labels[1], "accuracy", tuple(strengths),
        sweep(strengths, tuple(builders), seeds, measure, meter),
    )


def wander(data: Dataset, room: int, seed: int = 0) -> Dataset:
    """Put each image anywhere on a larger, black one.

    Parameters
    ----------
    data : Dataset
        Of images (N, C, H, W).
    room : int
        Pixels that are added on each side; at least 0.
    seed : int
        Of the places.

    Returns
    -------
    Dataset
        Of images (N, C, H + 2 room, W + 2 room).

    Raises
    ------
    ArgumentError
        If the room is negative.

    Examples
    --------
    >>> dots = Dataset("dots", np.ones((5, 1, 1, 1), np.float32), np.zeros(5, int), ("a",))
    >>> moved = wander(dots, room=1)
    >>> moved.images.shape, moved.images.sum((1, 2, 3)).tolist()
    ((5, 1, 3, 3), [1.0, 1.0, 1.0, 1.0, 1.0])
    """
    if room < 0:
        raise ArgumentError("room", "at least 0", room)
    height, width = data.images.shape[2:]
    places = np.random.default_rng(seed).integers(2 * room + 1, size=(len(data), 2))
    larger = np.pad(np.zeros_like(data.images), ((0, 0), (0, 0), (room, room), (room, room)))
    for image, target, (top, left) in zip(data.images, larger, places, strict=True):
        target[:, top : top + height, left : left + width] = image
    return replace(data, images=larger)


def displace(data: Dataset, share: float, seed: int = 0) -> Dataset:
    """Move some of the pixels to each other's places, in all images alike.

    Parameters
    ----------
    data : Dataset
        Of images (N, C, H, W).
    share : float
        Of the places, from 0 to 1.
    seed : int
        Of the places and where they go; the same seed moves training and test images alike.

    Returns
    -------
    Dataset

    Raises
    ------
    ArgumentError
        If the share is out of range.

    Examples
    --------
    >>> row = Dataset("row", np.arange(4.0).reshape(1, 1, 1, 4), np.array([0]), ("a",))
    >>> sorted(displace(row, 1).images.ravel().tolist())
    [0.0, 1.0, 2.0, 3.0]
    >>> displace(row, 0).images.ravel().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    if not 0 <= share <= 1:
        raise ArgumentError("share", "from 0 to 1", share)
    flat = data.images.reshape(*data.images.shape[:2], -1)
    rng = np.random.default_rng(seed)
    moved = rng.permutation(flat.shape[2])[: round(share * flat.shape[2])]
    order = np.arange(flat.shape[2])
    order[moved] = np.roll(moved, 1)  # a cycle: each of them leaves its place
    return replace(data, images=flat[:, :, order].reshape(data.images.shape))


def add_noise(data: Dataset, deviation: float, seed: int = 0) -> Dataset:
    """Add normal noise to each pixel.

    Parameters
    ----------
    data : Dataset
    deviation : float
        Of the noise, in the images' own range; at least 0.
    seed : int

    Returns
    -------
    Dataset

    Raises
    ------
    ArgumentError
        If the deviation is negative.

    Examples
    --------
    >>> dark = Dataset("dark", np.zeros((1, 1, 50, 50), np.float32), np.array([0]), ("a",))
    >>> round(float(add_noise(dark, 0.5).images.std()), 1)
    0.5
    """
    if deviation < 0:
        raise ArgumentError("deviation", "at least 0", deviation)
    noise = np.random.default_rng(seed).normal(0, deviation, data.images.shape)
    return replace(data, images=(data.images + noise).astype(data.images.dtype))


def by_parameters(
    builders: Mapping[str, Build], train: Dataset, test: Dataset, config: TrainConfig,
    seeds: Sequence[int] = (0, 1, 2),
    meter: Meter | None = None,
) -> list[tuple[str, int, NDArray[np.float64]]]:
    """Ask what parameters buy: train every network on one data set in the same way.

    Parameters
    ----------
    builders : mapping of str to callable
    train, test : Dataset
    config : TrainConfig
    seeds : sequence of int
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    list of (name, parameters, accuracies of shape (seeds,))
    """
    found = by_training_size(
        builders, train, test, config, [min(train.counts())], seeds, meter
    )
    counts = {
        name: sum(p.numel() for p in build().parameters()) for name, build in builders.items()
    }
    return [(name, counts[name], table[0]) for name, table in found.series.items()]


def plot_parameters(found: Sequence[tuple[str, int, NDArray[np.float64]]]) -> Figure:
    """Draw what `by_parameters` found: a point for each network, its name beside it.

    Parameters
    ----------
    found : list of (name, parameters, accuracies of shape (seeds,))

    Returns
    -------
    matplotlib.figure.Figure
        Bars show one standard deviation over the seeds either way.
    """
    figure = new_figure(height=3.6)
    axes = figure.add_subplot()
    for name, parameters, accuracies in found:
        mean = accuracies.mean()
        axes.errorbar(parameters, mean, yerr=accuracies.std(), marker="o", capsize=3, label=name)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.minorticks_off()
    axes.set_xlabel("parameters")
    axes.set_ylabel("accuracy")
    axes.set_title("What do parameters buy?")
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def transfer_by_depth(
    build: Callable[[int], tuple[nn.Sequential, nn.Module]], pretrained: nn.Sequential,
    train: Dataset, test: Dataset, config: TrainConfig, seeds: Sequence[int] = (0, 1, 2),
    meter: Meter | None = None,
) -> Comparison:
    """Ask how far up the stages of another task still help.

    The first k stages are taken over and frozen, or taken over and trained on; the rest starts
    afresh.

    Parameters
    ----------
    build : callable
        From a number of classes to new stages and a new head.
    pretrained : nn.Sequential
    train, test : Dataset
    config : TrainConfig
    seeds : sequence of int
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    Comparison

    References
    ----------
    Yosinski et al., "How transferable are features in deep neural networks?", arXiv:1411.1792.
    """
    taken = range(len(pretrained) + 1)

    def measure(name: str, count: float, seed: int) -> float:
        stages, head = build(len(train.classes))
        for place in range(int(count)):
            stages[place].load_state_dict(pretrained[place].state_dict())
            if name == "frozen":
                stages[place] = Frozen(stages[place])
        model = nn.Sequential(stages, head)
        fit(model, train, None, replace(config, seed=seed))
        return evaluate(model, test, machine=config.machine)[1]

    return Comparison(
        "How far up do features transfer?", "stages taken over", "accuracy", tuple(taken),
        sweep(taken, ("frozen", "fine-tuned"), seeds, measure, meter),
    )


def of_shots(shots: Shots) -> Comparison:
    """Bring `transfer.accuracy_by_labels` into the form that can be plotted."""
    return Comparison(
        "What is a pretrained backbone worth?", "labelled images of each class", "accuracy",
        shots.per_class, shots.accuracy,
    )


def gradient_map(features: nn.Module, image_shape: tuple[int, int, int], samples: int = 16,
                 seed: int = 0) -> NDArray[np.float64]:
    """Measure how much each pixel moves the middle of the last feature map.

    Parameters
    ----------
    features : nn.Module
        From images to maps.
    image_shape : (int, int, int)
        Channels, height and width in pixels.
    samples : int
        Images of noise to average over.
    seed : int

    Returns
    -------
    float64 array, shape (H, W)
        The mean size of the gradient; exactly 0 outside the theoretical receptive field.

    References
    ----------
    Luo et al., "Understanding the effective receptive field", arXiv:1701.04128.
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(samples, *image_shape, generator=generator, requires_grad=True)
    maps = features.eval()(x)
    if maps.ndim != 4:
        raise ArgumentError("features", "a network that ends in maps", tuple(maps.shape))
    middle = maps[:, :, maps.shape[2] // 2, maps.shape[3] // 2]  # (N, C)
    signs = torch.randint(2, middle.shape, generator=generator) * 2 - 1
    (gradient,) = torch.autograd.grad((middle * signs).sum(), x)
    return gradient.abs().mean(dim=(0, 1)).double().numpy()


def field_sizes(gradient: NDArray[np.float64], share: float = 0.9545) -> tuple[int, float]:
    """Measure the receptive field on a map of gradients.

    Parameters
    ----------
    gradient : float array, shape (H, W)
        From `gradient_map`.
    share : float
        Of the whole gradient, that the effective field holds; two deviations of a bell curve.

    Returns
    -------
    theoretical : int
        Pixels: the height of the part that is not 0.
    effective : float
        Pixels: the side of a square as large as the fewest pixels that hold the share.

    Examples
    --------
    >>> field_sizes(np.pad(np.ones((3, 3)), 2), share=1.0)
    (3, 3.0)
    """
    rows = np.flatnonzero(gradient.any(axis=1))
    ranked = np.sort(gradient, axis=None)[::-1].cumsum()
    pixels = 1 + int(np.searchsorted(ranked, share * ranked[-1] * (1 - 1e-12)))
    return int(rows[-1] - rows[0] + 1), float(np.sqrt(pixels))


def receptive_fields(
    depths: Sequence[int] = (2, 5, 10, 20), seeds: Sequence[int] = (0, 1, 2), width: int = 8,
    meter: Meter | None = None,
) -> Comparison:
    """Ask how much of its receptive field a stack of 3 × 3 convolutions uses, before training.

    Parameters
    ----------
    depths : sequence of int
        Layers.
    seeds : sequence of int
    width : int
        Channels.
    meter : callable, optional
        Told how many runs are done, how many there are, and which is next.

    Returns
    -------
    Comparison
    """

    def measure(name: str, depth: float, seed: int) -> float:
        layers: list[nn.Module] = []
        for layer in range(int(depth)):
            layers += [nn.Conv2d(width if layer else 1, width, 3, padding=1), nn.ReLU()]
            nn.init.kaiming_normal_(layers[-2].weight)  # type: ignore[arg-type]
        side = 2 * int(depth) + 3  # the field and a pixel around it
        sizes = field_sizes(gradient_map(nn.Sequential(*layers), (1, side, side), seed=seed))
        return sizes[name == "effective"]

    return Comparison(
        "How much of its receptive field does a network use?", "layers of 3 × 3", "pixels",
        tuple(depths), sweep(depths, ("theoretical", "effective"), seeds, measure, meter),
    )
