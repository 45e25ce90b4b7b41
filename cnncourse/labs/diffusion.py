"""Can digits be found in noise? A small denoising diffusion model."""

from __future__ import annotations

import numpy as np
import torch

from cnncourse.data import load
from cnncourse.labs.judging import Judge, compare, gaussian_samples, sheets, to_pixels, train_judge
from cnncourse.labs.lab import Outcome, Picture, Plan
from cnncourse.models.diffusion import Denoiser, Diffusion
from cnncourse.plots import new_figure
from cnncourse.training import Optimisation, descend

BATCH = 64
STAGES = 8  # of the way from noise to digits, that are drawn
SHOWN = 6


def run(plan: Plan) -> Outcome:
    """Learn to tell noise from digits; then begin with noise alone."""
    train = load("digits")
    judge = train_judge(train, plan)
    real = torch.from_numpy(train.images).to(plan.device) * 2 - 1
    diffusion = Diffusion(plan.choose(100, fast=60)).to(plan.device)
    model = Denoiser(plan.choose(24, fast=16)).to(plan.device)
    seen = descend(
        model,
        lambda step: diffusion.loss(model, real[torch.randint(len(real), (BATCH,))]),
        plan.choose(1200, fast=300),
        Optimisation(lr=plan.choose(3, fast=8) * 1e-3, weight_decay=0),
        plan.meter("denoiser"),
    )
    count = plan.choose(400, fast=200)
    path = diffusion.sample(model, (count, 1, 8, 8))
    samples = to_pixels(path[-1])
    baseline = gaussian_samples(train.images, count, plan.seed)
    return Outcome(
        measured=compare(judge, "diffusion", samples, baseline),
        pictures={
            "path": _draw_path([to_pixels(x[:SHOWN]) for x in path]),
            "samples": _draw_samples(judge, samples, baseline),
        },
        losses={"denoiser": seen},
    )


def _draw_path(path: list[np.ndarray]) -> Picture:
    chosen = np.linspace(0, len(path) - 1, STAGES).round().astype(int)
    figure = new_figure(height=4.9)
    grid = figure.subplots(SHOWN, STAGES)
    for row, axes_row in enumerate(grid):
        for axes, k in zip(axes_row, chosen, strict=True):
            axes.imshow(path[k][row, 0], cmap="gray_r", vmin=0, vmax=1)
            axes.set_axis_off()
    for axes, k in zip(grid[0], chosen, strict=True):
        left = len(path) - 1 - k
        axes.set_title("noise" if k == 0 else f"{left} left" if left else "sample", fontsize=9)
    return Picture(
        figure,
        f"{SHOWN} rows of {STAGES} images, from noise on the left to digits on the right: strokes "
        f"appear only in the last third of the {len(path) - 1} steps.",
    )


def _draw_samples(judge: Judge, samples: np.ndarray, baseline: np.ndarray) -> Picture:
    ours, other = (judge.distance(images) for images in (samples, baseline))
    titles = {
        "real digits": judge.real.images,
        f"diffusion: Fréchet distance {ours:.1f}": samples,
        f"normal distribution: Fréchet distance {other:.1f}": baseline,
    }
    return Picture(
        sheets(titles, judge),
        "Thirty digits of each kind, and how often a classifier sees each digit among them. "
        f"Those of the diffusion model have a Fréchet distance of {ours:.1f} to real ones, blurred "
        f"ones drawn from a normal distribution {other:.1f}.",
    )
