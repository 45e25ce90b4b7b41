"""Which solid is it? Points in no order, and a network that no order confuses."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from cnncourse.data import Dataset, solids
from cnncourse.data.solids import rotation
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.models.pointnet import PointNet
from cnncourse.plots import new_figure
from cnncourse.training import Machine, Optimisation, TrainConfig, evaluate, fit

TILTS = range(0, 181, 30)  # degrees


def run(plan: Plan) -> Outcome:
    """Tell six solids apart, upright and tilted, from points in no order.

    Beside PointNet: the sorted distances from the middle, which neither order nor turning
    changes, and a dense network that reads the coordinates in the order in which they come.
    """
    count, points = plan.choose(2400, fast=600), plan.choose(128, fast=64)
    upright = solids(count, points, seed=plan.seed)
    turned = solids(count, points, turned="any", seed=plan.seed)
    unseen = solids(plan.choose(900, fast=300), points, seed=plan.seed + 1)
    unseen_turned = solids(len(unseen), points, turned="any", seed=plan.seed + 1)

    stands, falls = PointNet(6), PointNet(6)
    dense = nn.Sequential(
        nn.Flatten(), nn.Linear(3 * points, 128), nn.ReLU(), nn.Linear(128, 6)
    )
    losses = {
        "PointNet": _train(stands, upright, plan, "PointNet"),
        "PointNet, turned": _train(falls, turned, plan, "PointNet, turned"),
        "in order": _train(dense, upright, plan, "in order"),
    }
    by_distance = distances_baseline(upright, unseen)
    right = _accuracy(stands, unseen, plan)
    measured = (
        Measured("accuracy, upright", right,
                 "logistic regression on sorted distances", by_distance, unit="%"),
        Measured("accuracy, upright", right, "dense network on the coordinates in order",
                 _accuracy(dense, unseen, plan), unit="%"),
        Measured("accuracy in any position, trained so", _accuracy(falls, unseen_turned, plan),
                 "trained upright", _accuracy(stands, unseen_turned, plan), unit="%"),
    )  # fmt: skip
    pictures = {
        "solids": _draw_solids(unseen),
        "critical": _draw_critical(unseen, stands, plan.device),
        "tilt": _draw_tilt(stands, falls, unseen, by_distance, plan),
    }
    return Outcome(measured, pictures, losses)


def _train(network: nn.Module, data: Dataset, plan: Plan, stage: str) -> list[float]:
    config = TrainConfig(
        epochs=plan.choose(18, fast=10), batch_size=32, seed=plan.seed,
        optimisation=Optimisation(lr=0.01), machine=Machine(device=str(plan.device)),
    )  # fmt: skip
    trained = fit(network, data, config=config, reporter=plan.reporter(stage))
    return [row.train_loss for row in trained.history]


def _accuracy(network: nn.Module, data: Dataset, plan: Plan) -> float:
    return evaluate(network, data, machine=Machine(device=str(plan.device)))[1]


def distances(clouds: NDArray[np.floating]) -> NDArray[np.floating]:
    """Describe clouds by how far their points are from the origin, in order of size.

    Parameters
    ----------
    clouds : float array, shape (N, 3, P)

    Returns
    -------
    float array, shape (N, P)
        Whatever the order of the points, and however the cloud is turned.

    Examples
    --------
    >>> distances(np.array([[[3.0, 0.0], [4.0, 1.0], [0.0, 0.0]]]))
    array([[1., 5.]])
    """
    return np.sort(np.linalg.norm(clouds, axis=1), axis=1)


def distances_baseline(train: Dataset, unseen: Dataset) -> float:
    """Train logistic regression on `distances` and return its accuracy on unseen clouds."""
    regression = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
    regression.fit(distances(train.images), train.labels)
    return float(regression.score(distances(unseen.images), unseen.labels))


def tilt(clouds: Dataset, degrees: float) -> Dataset:
    """Turn all clouds about the x axis, as if the solids fell over.

    Parameters
    ----------
    clouds : Dataset
        Of clouds (N, 3, P).
    degrees : float

    Returns
    -------
    Dataset
    """
    turned = rotation("x", degrees).astype(np.float32) @ clouds.images
    return Dataset(f"{clouds.name}, tilted", turned, clouds.labels, clouds.classes)


def _draw_tilt(
    stands: PointNet, falls: PointNet, unseen: Dataset, by_distance: float, plan: Plan
) -> Picture:
    figure = new_figure(height=3.6)
    axes = figure.subplots()
    worst = []
    for network, style, label in ((stands, "o-", "upright"), (falls, "s-", "in any position")):
        seen = [100 * _accuracy(network, tilt(unseen, degrees), plan) for degrees in TILTS]
        worst.append(min(seen))
        axes.plot(TILTS, seen, style, label=f"PointNet, trained {label}")
    axes.axhline(100 * by_distance, ls="--", color="0.4", label="sorted distances")
    axes.axhline(100 / 6, ls=":", color="0.4", label="chance")
    axes.set(xlabel="tilt / degrees", ylabel="right / %", ylim=(0, 102), xticks=TILTS)
    axes.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    return Picture(figure, (
        "Accuracy against the angle by which unseen solids are tilted. Trained upright, PointNet "
        f"falls to {worst[0]:.0f} %; trained in any position, it has at least {worst[1]:.0f} % at "
        "every angle. Sorted distances do not depend on the angle: "
        f"{100 * by_distance:.0f} %. Chance is 17 %."
    ))  # fmt: skip


def _draw_solids(clouds: Dataset) -> Picture:
    figure = new_figure(height=4.4)
    for place, name in enumerate(clouds.classes):
        axes = figure.add_subplot(2, 3, place + 1, projection="3d")
        _scatter(axes, clouds.images[place], np.full(clouds.images.shape[2], True))
        axes.set_title(name)
    return Picture(figure, (
        f"Six clouds of {clouds.images.shape[2]} points in space: {', '.join(clouds.classes)}, "
        "each stretched and turned about the vertical axis; lower points are darker."
    ))  # fmt: skip


def _draw_critical(clouds: Dataset, network: PointNet, device: torch.device) -> Picture:
    shown = clouds.images[: len(clouds.classes)]
    decides = network.critical_points(torch.from_numpy(shown).to(device)).cpu().numpy()
    figure = new_figure(height=4.4)
    for place, name in enumerate(clouds.classes):
        axes = figure.add_subplot(2, 3, place + 1, projection="3d")
        _scatter(axes, shown[place], decides[place])
        axes.set_title(f"{name}: {decides[place].sum()} of {decides.shape[1]}")
    away = np.linalg.norm(shown, axis=1)
    return Picture(figure, (
        "The same six clouds with the critical points in colour, those that are the greatest in "
        f"some feature, and all others grey. {100 * decides.mean():.0f} % of the points decide. "
        f"They are {away[decides].mean():.2f} from the middle on average, the others "
        f"{away[~decides].mean():.2f}."
    ))  # fmt: skip


def _scatter(axes: Axes, cloud: NDArray[np.float32], chosen: NDArray[np.bool_]) -> None:
    """Draw a cloud in space: the chosen points in the colour of their height, the others grey."""
    for points, options in (
        (cloud[:, ~chosen], {"color": "0.8", "s": 6}),
        (cloud[:, chosen], {"c": cloud[2, chosen], "cmap": "viridis", "s": 10}),
    ):
        axes.scatter(*points, depthshade=False, **options)
    axes.set(xlim=(-0.8, 0.8), ylim=(-0.8, 0.8), zlim=(-0.8, 0.8), box_aspect=(1, 1, 1))
    axes.set_axis_off()
