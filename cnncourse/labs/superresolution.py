"""Can a network guess the pixels between the pixels? SRCNN and ESPCN beside bicubic."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.data import photograph
from cnncourse.labs.lab import Measured, Outcome, Picture, Plan
from cnncourse.metrics.images import psnr, ssim
from cnncourse.models.superresolution import ESPCN, SRCNN, bicubic
from cnncourse.plots import show_images
from cnncourse.training import Optimisation, descend

Enlarge = Callable[[Tensor], Tensor]
SCALE = 2
TRAIN = ("china", "cat", "coffee")
TEST = ("astronaut", "flower")
SQUARE = 32  # pixels of the small image, both ways
WIDTHS = (32, 16)
BORDER = 4  # pixels at the edge that are not measured: no method knows what lies outside
SHOWN = (slice(20, 148), slice(150, 278))  # of the astronaut


def run(plan: Plan) -> Outcome:
    """Train on three photographs, measure on two others."""
    networks: dict[str, nn.Module] = {
        "SRCNN": SRCNN(SCALE, WIDTHS), "ESPCN": ESPCN(SCALE, WIDTHS)
    }  # fmt: skip
    sharp = [brightness(name, plan) for name in TRAIN]
    losses = {name: learn(model, sharp, plan, name) for name, model in networks.items()}
    truth = {name: brightness(name, plan) for name in TEST}
    ways: dict[str, Enlarge] = {"bicubic": lambda x: bicubic(x, SCALE), **networks}
    enlarged = {
        way: {name: restore(enlarge, image) for name, image in truth.items()}
        for way, enlarge in ways.items()
    }
    scores = {way: _scores(images, truth) for way, images in enlarged.items()}
    return Outcome(
        measured=tuple(
            Measured(f"{metric} of unseen photographs, {way}", scores[way][i], "bicubic",
                     scores["bicubic"][i], unit)
            for i, (metric, unit) in enumerate((("PSNR", "dB"), ("SSIM", "")))
            for way in networks
        ),
        pictures={"astronaut": _draw(truth["astronaut"], enlarged)},
        losses=losses,
    )  # fmt: skip


def brightness(name: str, plan: Plan) -> Tensor:
    """Load a photograph's brightness, cut to a size that the scale divides.

    Returns
    -------
    float tensor, shape (1, 1, H, W)
        From 0 to 1, on the plan's device.
    """
    image = torch.from_numpy(photograph(name, gray=True)).float()
    height, width = (side // SCALE * SCALE for side in image.shape)
    return image[None, None, :height, :width].to(plan.device)


def learn(model: nn.Module, sharp: list[Tensor], plan: Plan, stage: str) -> list[float]:
    """Train a network to undo a shrinking, by the mean squared error in units of bicubic's.

    Parameters
    ----------
    model : nn.Module
        From (N, 1, H, W) to (N, 1, SCALE H, SCALE W); moved to the plan's device.
    sharp : list of float tensors, shape (1, 1, H, W)
        Photographs.
    plan : Plan
    stage : str
        Its name in the progress.

    Returns
    -------
    list of float
        The loss now and then.
    """
    model.to(plan.device)
    batch = plan.choose(16, fast=8)

    def loss(step: int) -> Tensor:
        true = torch.cat([_square(sharp[i % len(sharp)]) for i in range(batch)])
        small = bicubic(true, 1 / SCALE)
        floor = functional.mse_loss(bicubic(small, SCALE), true)
        return functional.mse_loss(model(small), true) / floor

    options = Optimisation(lr=2e-3, weight_decay=0, clip=1.0)
    return descend(model, loss, plan.choose(400, fast=40), options, plan.meter(stage))


def _square(image: Tensor) -> Tensor:
    """Cut a square out of a photograph anywhere, and mirror or turn it by chance."""
    side = SQUARE * SCALE
    top, left = (int(torch.randint(size - side + 1, ())) for size in image.shape[2:])
    square = image[..., top : top + side, left : left + side]
    turned = torch.rot90(square, int(torch.randint(4, ())), (2, 3))
    return turned.flip(3) if torch.rand(()) < 0.5 else turned


@torch.no_grad()
def restore(enlarge: Enlarge, image: Tensor) -> Tensor:
    """Shrink a photograph, and enlarge it again; the shape stays."""
    return enlarge(bicubic(image, 1 / SCALE)).clip(0, 1)


def _scores(images: dict[str, Tensor], truth: dict[str, Tensor]) -> tuple[float, float]:
    """Average PSNR and SSIM over the photographs."""
    inside = (0, 0, slice(BORDER, -BORDER), slice(BORDER, -BORDER))
    pairs = [(images[name][inside].cpu(), truth[name][inside].cpu()) for name in truth]
    peak, structural = (np.mean([metric(*pair) for pair in pairs]) for metric in (psnr, ssim))
    return float(peak), float(structural)


def _draw(truth: Tensor, enlarged: dict[str, dict[str, Tensor]]) -> Picture:
    images = {way: found["astronaut"] for way, found in enlarged.items()}
    decibels = {way: psnr(image.cpu(), truth.cpu()) for way, image in images.items()}
    titles = [f"{way}, {found:.2f} dB" for way, found in decibels.items()]
    errors = [4 * (image - truth)[0, 0, *SHOWN].abs().cpu() for image in images.values()]
    figure = show_images(
        [image[0, 0, *SHOWN].cpu() for image in images.values()]
        + [truth[0, 0, *SHOWN].cpu()] + [error.clip(0, 1) for error in errors],
        [*titles, "truth", *(f"{way}: error × 4" for way in images)],
        columns=4,
    )  # fmt: skip
    return Picture(
        figure,
        f"The face of an astronaut enlarged {SCALE} times: {'; '.join(titles)} over the whole "
        "photograph; and the truth. Below, the errors, brighter where they are greater: they lie "
        "along the edges.",
    )
