"""Which way does it move? Convolution over time against a look at each frame by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import nn

from cnncourse.data import Dataset, moving_digits
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.metrics.masks import confusion
from cnncourse.models.video import FrameAverage, c3d, frame_net, inflate, r2plus1d
from cnncourse.plots import SIGNED, draw_confusion, new_figure
from cnncourse.training import Machine, Optimisation, TrainConfig, fit

STILL = {"still": (0, 0)}


def run(plan: Plan) -> Outcome:
    """Tell four motions apart with 3D, (2+1)D and inflated networks, and with single frames.

    The clips of all four hold the same frames, so that single frames cannot tell. Then the other
    way round: which digit moves is seen in single frames, and weights from still pictures help.
    """
    clips = moving_digits(plan.choose(800, fast=256), seed=plan.seed)
    unseen = moving_digits(plan.choose(400, fast=100), split="test", seed=plan.seed + 1)
    networks = {
        "3D": c3d(4),
        "(2+1)D": r2plus1d(4),
        "inflated": inflate(frame_net(4)),
        "each frame by itself": FrameAverage(frame_net(4)),
    }
    losses, right = {}, {}
    for name, network in networks.items():
        losses[name] = _train(network, clips, plan, name, epochs=plan.choose(8, fast=5))
        right[name] = _answers(network, unseen, plan)
    by_frame = float(np.mean(right["each frame by itself"] == unseen.labels))
    measured = [
        Measured(f"accuracy of motion, {name}", float(np.mean(answers == unseen.labels)),
                 "each frame by itself", by_frame, unit="%")
        for name, answers in right.items() if name != "each frame by itself"
    ]  # fmt: skip
    digit, digit_losses = _which_digit(plan)
    pictures = {
        "clips": _draw_clips(unseen),
        "filters": _draw_filters(networks["3D"].get_parameter("features.stage1.conv.weight")),
        "confusion": _draw_confusion(
            unseen, {name: right[name] for name in ("each frame by itself", "3D")}
        ),
    }
    return Outcome((*measured, digit), pictures, losses | digit_losses)


def _train(
    network: nn.Module, data: Dataset, plan: Plan, stage: str, epochs: int, batch_size: int = 32
) -> list[float]:
    config = TrainConfig(
        epochs=epochs, batch_size=batch_size, seed=plan.seed, optimisation=Optimisation(lr=0.01),
        machine=Machine(device=str(plan.device)),
    )  # fmt: skip
    trained = fit(network, data, config=config, reporter=plan.reporter(stage))
    return [row.train_loss for row in trained.history]


@torch.no_grad()
def _answers(network: nn.Module, data: Dataset, plan: Plan) -> NDArray[np.int64]:
    batches = torch.from_numpy(data.images).split(100)
    scores = [network.eval()(batch.to(plan.device)).cpu() for batch in batches]
    return torch.cat(scores).argmax(1).numpy()


def _which_digit(plan: Plan) -> tuple[Measured, dict[str, list[float]]]:
    """Name the digit that moves, from a few clips: inflated weights against random ones."""
    stills = moving_digits(plan.choose(1600, fast=480), STILL, 1, label="digit", seed=plan.seed)
    stills = replace(stills, images=stills.images[:, :, 0])
    few = moving_digits(plan.choose(160, fast=64), label="digit", seed=plan.seed)
    unseen = moving_digits(
        plan.choose(400, fast=200), label="digit", split="test", seed=plan.seed + 1
    )
    flat = frame_net(10)
    losses = {"still pictures": _train(flat, stills, plan, "still pictures", plan.choose(12, 6))}
    accuracy = {}
    for name, network in {"inflated": inflate(flat), "from scratch": c3d(10)}.items():
        stage = f"digits, {name}"
        losses[stage] = _train(network, few, plan, stage, plan.choose(16, fast=8), batch_size=16)
        accuracy[name] = float(np.mean(_answers(network, unseen, plan) == unseen.labels))
    found = Measured(
        f"accuracy of the digit from {len(few)} clips, inflated", accuracy["inflated"],
        "the same in 3D from scratch", accuracy["from scratch"], unit="%",
    )  # fmt: skip
    return found, losses


def _draw_clips(clips: Dataset) -> Picture:
    frames = clips.images.shape[2]
    figure = new_figure(height=3.7)
    grid = figure.subplots(len(clips.classes), frames)
    for row, name in enumerate(clips.classes):
        grid[row, 0].set_ylabel(name)
        for t, axes in enumerate(grid[row]):
            axes.imshow(clips.images[row, 0, t], cmap="gray", vmin=0, vmax=1)
            _bare(axes)
            if row == 0:
                axes.set_title(f"frame {t + 1}")
    return Picture(figure, (
        f"Four rows of {frames} frames: one digit that moves right, left, fast to the right and "
        "fast to the left, and comes back at the other edge. Each row holds the same frames, in "
        "another order."
    ))  # fmt: skip


def _draw_filters(weight: torch.Tensor) -> Picture:
    """Draw the kernels of the first layer: a column each, time from top to bottom."""
    kernels = weight.detach().cpu().numpy()[:, 0]  # (C_out, 3, 3, 3)
    figure = new_figure(height=2.9)
    grid = figure.subplots(kernels.shape[1], len(kernels))
    peak = np.abs(kernels).max()
    for (t, o), axes in np.ndenumerate(grid):
        axes.imshow(kernels[o, t], cmap=SIGNED, vmin=-peak, vmax=peak)
        _bare(axes)
        if t == 0:
            axes.set_title(f"filter {o + 1}")
        if o == 0:
            axes.set_ylabel(("before", "now", "after")[t])
    changing = np.linalg.norm(kernels[:, 0] - kernels[:, 2], axis=(1, 2))
    most = int(changing.argmax()) + 1
    return Picture(figure, (
        f"The {len(kernels)} kernels of the 3D network's first layer as three slices in time, "
        "orange for positive and violet for negative weights. Their slices differ, filter "
        f"{most} the most: they respond to change, which no kernel for images can."
    ))  # fmt: skip


def _draw_confusion(unseen: Dataset, answers: dict[str, NDArray[np.int64]]) -> Picture:
    figure = new_figure(height=3.5)
    shares = []
    for axes, (name, answer) in zip(figure.subplots(1, len(answers)), answers.items(), strict=True):
        draw_confusion(axes, confusion(answer, unseen.labels, len(unseen.classes)), unseen.classes)
        axes.set_title(name)
        shares.append(f"{name}, {100 * np.mean(answer == unseen.labels):.0f} % on the diagonal")
    return Picture(figure, (
        "Two tables of true motion against answer, in per cent of each row: "
        f"{'; '.join(shares)}. Single frames give the same answers to all four motions."
    ))  # fmt: skip


def _bare(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set(visible=True, color="0.7", linewidth=0.6)
