"""When does a network need the third dimension? Lesions among vessels, in slices and in volumes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.data.volumes import Volumes, scans
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.metrics.masks import dice
from cnncourse.models.unet import UNet
from cnncourse.plots import new_figure
from cnncourse.training import Optimisation, descend

LEVELS = np.linspace(0.3, 1.0, 71)  # brightnesses tried by the threshold
NEIGHBOURS = 5  # slices shown around the middle of a lesion


def run(plan: Plan) -> Outcome:
    """Find lesions voxel by voxel: by brightness, slice by slice, and in the volume."""
    size = (plan.choose(16, fast=12), plan.choose(32, fast=24), plan.choose(32, fast=24))
    train = scans(plan.choose(48, fast=24), size, seed=plan.seed)
    test = scans(plan.choose(16, fast=6), size, seed=plan.seed + 10_000)
    flat: UNet = UNet(1, 2, (16, 32, 64))
    deep = UNet(1, 2, (8, 16, 32), axes=3)
    losses = {
        "2D U-Net": learn(flat, by_slice(flat), train, plan, "2D U-Net"),
        "3D U-Net": learn(deep, deep, train, plan, "3D U-Net"),
    }
    level = best_threshold(train)
    found = {
        "threshold": test.images[:, 0] > level,
        "2D U-Net": predict(by_slice(flat), test.images, plan),
        "3D U-Net": predict(deep, test.images, plan),
    }
    scores = {name: dice(mask, test.lesions) for name, mask in found.items()}
    taken = {name: float(mask[test.vessels].mean()) for name, mask in found.items()}
    return Outcome(
        measured=(
            Measured("Dice of the lesions, 3D U-Net", scores["3D U-Net"],
                     "2D U-Net, slice by slice", scores["2D U-Net"]),
            Measured("Dice of the lesions, 3D U-Net", scores["3D U-Net"],
                     "best threshold", scores["threshold"]),
            Measured("vessels taken for lesions, 3D U-Net", taken["3D U-Net"],
                     "2D U-Net, slice by slice", taken["2D U-Net"], "%", lower_is_better=True),
        ),
        pictures={"slices": _draw(test, found, scores)},
        losses=losses,
    )  # fmt: skip


def by_slice(model: nn.Module) -> Callable[[Tensor], Tensor]:
    """Let a network for images see each slice of a volume on its own.

    Parameters
    ----------
    model : nn.Module
        From (N, C, H, W) to (N, K, H, W).

    Returns
    -------
    callable
        From (N, C, D, H, W) to (N, K, D, H, W).

    Examples
    --------
    >>> by_slice(nn.Conv2d(1, 2, 1))(torch.zeros(3, 1, 5, 4, 4)).shape
    torch.Size([3, 2, 5, 4, 4])
    """

    def apply(x: Tensor) -> Tensor:
        depth = x.shape[2]
        scores = model(x.transpose(1, 2).flatten(0, 1))  # (N D, K, H, W)
        return scores.unflatten(0, (-1, depth)).transpose(1, 2)

    return apply


def soft_dice_loss(scores: Tensor, target: Tensor) -> Tensor:
    """Punish a lack of overlap; rare voxels weigh as much as frequent ones.

    Parameters
    ----------
    scores : float tensor, shape (N, 2, ...)
        Logits of background and lesion.
    target : bool tensor, shape (N, ...)

    Returns
    -------
    float tensor without axes
        1 - (2 sum(p t) + 1) / (sum(p) + sum(t) + 1) over all voxels of the batch; the ones keep
        it defined where there is no lesion.

    References
    ----------
    Milletari, Navab and Ahmadi, "V-Net", 3DV 2016, arXiv:1606.04797, Section 3, without squares.

    Examples
    --------
    >>> target = torch.tensor([[True, False, False]])
    >>> sure = torch.stack((~target, target), dim=1) * 100.0
    >>> soft_dice_loss(sure, target).item(), soft_dice_loss(-sure, target).item()
    (0.0, 0.75)
    """
    likely = scores.softmax(1)[:, 1]
    overlap = 2 * (likely * target).sum() + 1
    return 1 - overlap / (likely.sum() + target.sum() + 1)


def learn(
    model: nn.Module,
    apply: Callable[[Tensor], Tensor],
    train: Volumes,
    plan: Plan,
    stage: str,
    steps: int | None = None,
) -> list[float]:
    """Train by cross-entropy and overlap.

    Parameters
    ----------
    model : nn.Module
        What learns; moved to the plan's device.
    apply : callable
        How it is used, from (N, 1, D, H, W) to (N, 2, D, H, W): the model itself or `by_slice`.
    train : Volumes
    plan : Plan
    stage : str
        Its name in the progress.
    steps : int, optional
        By default 180, or 90 in a fast run.

    Returns
    -------
    list of float
        The loss now and then.
    """
    model.to(plan.device)
    images = torch.from_numpy(train.images).to(plan.device)
    lesions = torch.from_numpy(train.lesions).to(plan.device)

    def loss(step: int) -> Tensor:
        chosen = torch.randint(len(images), (plan.choose(4, fast=2),))
        scores, target = apply(images[chosen]), lesions[chosen]
        return functional.cross_entropy(scores, target.long()) + soft_dice_loss(scores, target)

    steps = plan.choose(180, fast=90) if steps is None else steps
    return descend(model, loss, steps, Optimisation(lr=1e-2), plan.meter(stage))


def best_threshold(train: Volumes) -> float:
    """Find the brightness above which the voxels agree best with the lesions, by Dice."""
    return float(max(LEVELS, key=lambda level: dice(train.images[:, 0] > level, train.lesions)))


@torch.no_grad()
def predict(
    apply: Callable[[Tensor], Tensor], images: NDArray[np.float32], plan: Plan
) -> NDArray[np.bool_]:
    """Mark the voxels of lesions: (N, 1, D, H, W) -> (N, D, H, W)."""
    parts = torch.from_numpy(images).to(plan.device).split(4)
    return torch.cat([apply(part).argmax(1) for part in parts]).cpu().numpy() == 1


def _draw(
    test: Volumes, found: dict[str, NDArray[np.bool_]], scores: dict[str, float]
) -> Picture:
    volume, middle = _fullest(test.lesions)
    chosen = range(middle - NEIGHBOURS // 2, middle + NEIGHBOURS // 2 + 1)
    figure = new_figure(height=4.6)
    rows = {"truth": test.lesions, **found}
    grid = figure.subplots(len(rows), NEIGHBOURS)
    for axes_row, (name, masks) in zip(grid, rows.items(), strict=True):
        for axes, k in zip(axes_row, chosen, strict=True):
            axes.imshow(test.images[volume, 0, k], cmap="gray", vmin=0, vmax=1)
            axes.contourf(masks[volume, k], levels=(0.5, 1), colors="#e66101", alpha=0.75)
            axes.set(xticks=[], yticks=[])
        said = f"{name}\nDice {scores[name]:.2f}" if name in scores else name
        axes_row[0].set_ylabel(said, fontsize=8)
    for axes, k in zip(grid[0], chosen, strict=True):
        axes.set_title(f"slice {k}", fontsize=8)
    found_words = ", ".join(f"{name} {score:.2f}" for name, score in scores.items())
    return Picture(
        figure,
        f"{NEIGHBOURS} neighbouring slices of a volume, bright discs in gray tissue; in colour the "
        "lesions: the true ones, whose discs come and go, and those found by a threshold, a 2D "
        f"and a 3D U-Net. Dice over all test volumes: {found_words}.",
    )


def _fullest(lesions: NDArray[np.bool_]) -> tuple[int, int]:
    """Find the slice with most lesion that has its neighbours: volume and slice."""
    edge = NEIGHBOURS // 2
    area = lesions.sum(axis=(2, 3))[:, edge:-edge]
    volume, k = np.unravel_index(area.argmax(), area.shape)
    return int(volume), int(k) + edge
