"""Can a network invent digits? DCGAN, and how one sees that it has collapsed."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnncourse.data import load
from cnncourse.labs.judging import (
    Judge,
    compare,
    gaussian_samples,
    sheets,
    to_pixels,
    train_judge,
)
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.metrics.samples import class_entropy
from cnncourse.models.dcgan import Discriminator, Generator, discriminator_loss, generator_loss
from cnncourse.plots import new_figure
from cnncourse.training.adversarial import Match, compete

LATENT = 32
BATCH = 64
WATCHED = 300  # samples of which the Fréchet distance is measured along the way


def run(plan: Plan) -> Outcome:
    """Train a generator in step with its discriminator, and one that runs ahead of it."""
    train = load("digits")
    judge = train_judge(train, plan)
    real = torch.from_numpy(train.images).to(plan.device) * 2 - 1
    count, steps = plan.choose(1000, fast=400), plan.choose(1500, fast=250)
    lr = plan.choose(1, fast=2) * 1e-3
    generator, distances = learn(real, Match(steps, lr), judge, plan, "GAN")
    ahead = Match(steps // 5, lr, generator_steps=5)
    collapsed, _ = learn(real, ahead, judge, plan, "GAN that runs ahead")
    parts = {
        "real": judge.real.images,
        "GAN": draw(generator, count),
        "GAN that ran ahead": draw(collapsed, count),
        "normal distribution": gaussian_samples(train.images, count, plan.seed),
    }
    evenness = {
        name: class_entropy(judge.classes(images), 10) for name, images in parts.items()
    }
    return Outcome(
        measured=(
            *compare(judge, "GAN", parts["GAN"], parts["normal distribution"]),
            Measured("evenness of the classes, GAN", evenness["GAN"],
                     "its generator ran ahead", evenness["GAN that ran ahead"]),
        ),
        pictures={
            "samples": _draw_samples(judge, parts, evenness),
            "distance": _draw_distance(distances, judge.distance(parts["normal distribution"])),
        },
        losses={"Fréchet distance of the GAN's samples": distances},
    )  # fmt: skip


def learn(
    real: Tensor, match: Match, judge: Judge, plan: Plan, stage: str
) -> tuple[Generator, list[float]]:
    """Train a DCGAN on images of 8 × 8 pixels.

    Parameters
    ----------
    real : float tensor, shape (N, 1, 8, 8)
        From -1 to 1, on the plan's device.
    match : Match
    judge : Judge
    plan : Plan
    stage : str
        Its name in the progress.

    Returns
    -------
    generator : Generator
    distances : list of float
        The Fréchet distance of its samples now and then.
    """
    generator = Generator(LATENT).to(plan.device)
    discriminator = Discriminator().to(plan.device)

    def noise() -> Tensor:
        return torch.randn(BATCH, LATENT, device=plan.device)

    def fooled(step: int) -> Tensor:
        return generator_loss(discriminator(generator(noise())))

    def told_apart(step: int) -> Tensor:
        chosen = real[torch.randint(len(real), (BATCH,))]
        with torch.no_grad():
            made = generator(noise())
        return discriminator_loss(discriminator(chosen), discriminator(made))

    distances: list[float] = []
    compete(
        generator, discriminator, (fooled, told_apart), match, plan.meter(stage),
        lambda step: distances.append(judge.distance(draw(generator, WATCHED))),
    )  # fmt: skip
    return generator, distances


@torch.no_grad()
def draw(generator: Generator, count: int) -> NDArray[np.float32]:
    """Make images, always from the same random numbers: (count, 1, 8, 8), from 0 to 1."""
    device = next(generator.parameters()).device
    z = torch.randn(count, LATENT, generator=torch.Generator().manual_seed(0))
    return to_pixels(generator(z.to(device)))


def _draw_samples(
    judge: Judge, parts: dict[str, NDArray[np.float32]], evenness: dict[str, float]
) -> Picture:
    said = {
        name: f"{name}: Fréchet distance {judge.distance(images):.1f}, "
        f"evenness {evenness[name]:.2f}"
        for name, images in parts.items()
        if name != "real"
    }
    titles = {said.get(name, f"real digits, evenness {evenness[name]:.2f}"): images
              for name, images in parts.items()}  # fmt: skip
    return Picture(
        sheets(titles, judge),
        "Thirty digits of each kind, and how often a classifier sees each digit among them. "
        + "; ".join(said.values())
        + ". The generator that ran ahead makes some digits far more often than others.",
    )


def _draw_distance(distances: list[float], baseline: float) -> Picture:
    figure = new_figure(height=2.4)
    axes = figure.subplots()
    axes.plot(np.linspace(0, 100, len(distances)), distances, color="#542788")
    axes.axhline(baseline, color="0.5", linestyle="--", linewidth=1)
    axes.annotate("normal distribution of the pixels", (100, baseline), ha="right", va="bottom")
    axes.set(xlabel="share of the training / %", ylabel="Fréchet distance", yscale="log")
    return Picture(
        figure,
        f"The Fréchet distance of the GAN's samples falls from {distances[0]:.0f} to "
        f"{distances[-1]:.1f} during training; samples of a normal distribution have "
        f"{baseline:.1f}.",
    )
