"""Who judges generated digits: a classifier that never saw one, and a baseline without a network.

A generator must not be judged by what trained it. The judge learns the real digits' classes; its
last features but one are what the Fréchet distance, precision and recall are measured in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor, nn

from cnncourse.data import Dataset, load
from cnncourse.labs.lab import Measured, Plan
from cnncourse.metrics.samples import class_entropy, frechet_distance, precision_recall
from cnncourse.models.blocks import ConvNorm, relu, sequential
from cnncourse.plots import new_figure
from cnncourse.training import Machine, Optimisation, TrainConfig, fit

FEATURES = 32
GRID = 10  # images a row, of a sheet of samples


@dataclass(frozen=True)
class Judge:
    """A classifier of digits, with held-out real ones to compare with.

    Parameters
    ----------
    model : nn.Sequential
        `features`, from (N, 1, 8, 8) to (N, FEATURES), and `head`, to scores of ten classes.
    real : Dataset
        Digits that neither the judge nor a generator has seen.
    device : torch.device
    """

    model: nn.Sequential
    real: Dataset
    device: torch.device

    def classes(self, images: NDArray[np.float32]) -> NDArray[np.int64]:
        """Say which digits these are: (N, 1, 8, 8) from 0 to 1 -> (N,)."""
        return self._through(self.model, images).argmax(1)

    def distance(self, images: NDArray[np.float32]) -> float:
        """Measure the Fréchet distance of images to the real ones, in the judge's features."""
        return frechet_distance(self._features(images), self._real_features)

    def precision_recall(self, images: NDArray[np.float32]) -> tuple[float, float]:
        """Measure how many look real, and how much of the real they reach."""
        return precision_recall(self._features(images), self._real_features)

    @cached_property
    def _real_features(self) -> NDArray[np.float32]:
        return self._features(self.real.images)

    def _features(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._through(self.model.get_submodule("features"), images)

    @torch.no_grad()
    def _through(self, model: nn.Module, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return model(torch.from_numpy(images).to(self.device)).cpu().numpy()


def train_judge(train: Dataset, plan: Plan) -> Judge:
    """Train the judge on real digits.

    Parameters
    ----------
    train : Dataset
        Digits of 8 × 8 pixels.
    plan : Plan

    Returns
    -------
    Judge
    """
    features = sequential(
        conv1=ConvNorm(1, 16), conv2=ConvNorm(16, 32, stride=2), conv3=ConvNorm(32, 32),
        flatten=nn.Flatten(), fc=nn.Linear(32 * 4 * 4, FEATURES), relu=relu(),
    )  # fmt: skip
    model = sequential(features=features, head=nn.Linear(FEATURES, len(train.classes)))
    config = TrainConfig(
        epochs=plan.choose(12, fast=5), batch_size=64, seed=plan.seed,
        optimisation=Optimisation(lr=5e-3), machine=Machine(device=str(plan.device)),
    )  # fmt: skip
    fit(model, train, config=config, reporter=plan.reporter("the judge"))
    return Judge(model, load("digits", "test"), plan.device)


def gaussian_samples(
    images: NDArray[np.float32], count: int, seed: int = 0
) -> NDArray[np.float32]:
    """Draw images from the normal distribution with the mean and covariance of real ones.

    All that principal components know of images is in it: each sample is the mean plus all
    components, each times a normal number of its variance.

    Parameters
    ----------
    images : float32 array, shape (N, C, H, W)
        From 0 to 1.
    count : int
    seed : int

    Returns
    -------
    float32 array, shape (count, C, H, W)
        Clipped to 0..1.

    Examples
    --------
    >>> images = np.random.default_rng(0).uniform(0.4, 0.6, (500, 1, 2, 2)).astype(np.float32)
    >>> samples = gaussian_samples(images, 1000)
    >>> samples.shape, bool(abs(samples.mean() - 0.5) < 0.01)
    ((1000, 1, 2, 2), True)
    """
    flat = images.reshape(len(images), -1).astype(np.float64)
    _, spread, components = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    numbers = np.random.default_rng(seed).normal(size=(count, len(spread)))
    drawn = flat.mean(0) + numbers * spread / np.sqrt(len(flat) - 1) @ components
    return drawn.reshape(count, *images.shape[1:]).clip(0, 1).astype(np.float32)


def to_pixels(images: Tensor) -> NDArray[np.float32]:
    """Bring a network's images from -1..1 to 0..1, as an array."""
    return ((images + 1) / 2).clip(0, 1).cpu().numpy()


def compare(
    judge: Judge, name: str, samples: NDArray[np.float32], baseline: NDArray[np.float32]
) -> tuple[Measured, ...]:
    """Measure generated digits beside the baseline's: distance, precision, recall, evenness."""
    other = "normal distribution of the pixels"
    precision, recall = judge.precision_recall(samples)
    low_precision, low_recall = judge.precision_recall(baseline)
    kinds = len(judge.real.classes)
    evenness, low_evenness = (class_entropy(judge.classes(x), kinds) for x in (samples, baseline))
    return (
        Measured(f"Fréchet distance, {name}", judge.distance(samples), other,
                 judge.distance(baseline), lower_is_better=True),
        Measured("precision of the samples", precision, other, low_precision, "%"),
        Measured("recall of the real digits", recall, other, low_recall, "%"),
        Measured("evenness of the classes", evenness, other, low_evenness),
    )  # fmt: skip


def sheets(parts: dict[str, NDArray[np.float32]], judge: Judge, rows: int = 3) -> Figure:
    """Draw samples of several kinds above each other, with the histograms of their classes.

    Parameters
    ----------
    parts : dict of str to float32 array, shape (N, 1, 8, 8)
        Under each title, at least rows × GRID images.
    judge : Judge
    rows : int
        Of images, for each kind.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = new_figure(height=1.6 * len(parts))
    grid = figure.subplots(len(parts), 2, width_ratios=(GRID, 9))
    for (left, right), (title, images) in zip(grid, parts.items(), strict=True):
        sheet = images[: rows * GRID, 0].reshape(rows, GRID, 8, 8)
        sheet = np.pad(sheet, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=0.4)
        left.imshow(sheet.transpose(0, 2, 1, 3).reshape(rows * 10, GRID * 10), cmap="gray_r")
        left.set_title(title, fontsize=8, loc="left")
        left.set_axis_off()
        counts = np.bincount(judge.classes(images), minlength=10)
        right.bar(range(10), counts / len(images), color="0.35")
        right.axhline(0.1, color="#b35806", linewidth=1)
        right.set(xticks=range(10), ylim=(0, max(0.3, 1.1 * counts.max() / len(images))))
        right.set_ylabel("share")
    return figure
