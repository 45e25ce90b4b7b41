"""Changes to training images that keep their class, on whole batches and on any device.

torchvision's transforms draw one random number for a whole batch: every image of it is flipped, or
none is. These draw one for each image, and need no loop. For a transform that only torchvision has,
`per_image` calls it image by image.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cnncourse.errors import ArgumentError

Augmentation = Callable[[Tensor], Tensor]

SHIFT = 1 / 8  # of the side, the farthest
ANGLE = 15.0  # degrees, the most either way
SCALE = 0.15  # the most that an image grows or shrinks, as a share
HOLE = 1 / 3  # of the side
THICKER, THINNER = 1.0, 0.5  # the most that a stroke gains or loses, as a share of a pixel


def flip(x: Tensor) -> Tensor:
    """Mirror half of the images, left to right: (N, C, H, W) -> (N, C, H, W)."""
    chosen = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
    return torch.where(chosen, x.flip(-1), x)


def shift(x: Tensor) -> Tensor:
    """Move each image by whole pixels, up to an eighth of its side; zeros come in.

    Parameters
    ----------
    x : float tensor, shape (N, C, H, W)

    Returns
    -------
    float tensor, shape (N, C, H, W)
    """
    count, _, height, width = x.shape
    farthest = max(1, round(SHIFT * max(height, width)))
    padded = functional.pad(x, [farthest] * 4)
    # every place of the window, as a view: (N, C, places down, places right, H, W)
    windows = padded.unfold(2, height, 1).unfold(3, width, 1)
    down, right = torch.randint(2 * farthest + 1, (2, count), device=x.device)
    return windows[torch.arange(count, device=x.device), :, down, right]


def affine(x: Tensor) -> Tensor:
    """Turn each image by up to 15 degrees, scale it by up to 15 % and move it, bilinearly.

    Parameters
    ----------
    x : float tensor, shape (N, C, H, W)

    Returns
    -------
    float tensor, shape (N, C, H, W)
    """
    count = len(x)
    angle, scale, right, down = (torch.rand(4, count, device=x.device) * 2 - 1).unbind()
    angle, scale = torch.deg2rad(angle * ANGLE), 1 + scale * SCALE
    cosine, sine = scale * torch.cos(angle), scale * torch.sin(angle)
    upper = torch.stack([cosine, -sine, right * 2 * SHIFT], dim=1)
    lower = torch.stack([sine, cosine, down * 2 * SHIFT], dim=1)
    matrices = torch.stack([upper, lower], dim=1)  # (N, 2, 3)
    places = functional.affine_grid(matrices, list(x.shape), align_corners=False)
    return functional.grid_sample(x, places.to(x.dtype), align_corners=False)


def erase(x: Tensor) -> Tensor:
    """Put the mean of its own pixels over a square of each image, a third of the side wide."""
    count, _, height, width = x.shape
    inside = []
    for side in (height, width):
        hole = max(1, round(HOLE * side))
        start = torch.randint(side - hole + 1, (count, 1), device=x.device)
        place = torch.arange(side, device=x.device)
        inside.append((place >= start) & (place < start + hole))  # (N, side)
    covered = (inside[0][:, :, None] & inside[1][:, None]).unsqueeze(1)  # (N, 1, H, W)
    return torch.where(covered, x.mean(dim=(2, 3), keepdim=True), x)


def stroke(x: Tensor) -> Tensor:
    """Make the bright strokes of each image thicker or thinner, by up to a pixel on each side.

    Each image is blended with what the brightest, or the darkest, of 3 x 3 pixels makes of it.

    Parameters
    ----------
    x : float tensor, shape (N, C, H, W)

    Returns
    -------
    float tensor, shape (N, C, H, W)
    """
    amount = torch.rand(len(x), 1, 1, 1, device=x.device) * (THICKER + THINNER) - THINNER
    brightest = functional.max_pool2d(x, 3, stride=1, padding=1)
    darkest = -functional.max_pool2d(-x, 3, stride=1, padding=1)
    return x + amount.clamp(min=0) * (brightest - x) + amount.clamp(max=0) * (x - darkest)


AUGMENTATIONS: dict[str, Augmentation] = {
    "flip": flip, "shift": shift, "affine": affine, "erase": erase, "stroke": stroke,
}  # fmt: skip


def compose(names: Sequence[str]) -> Augmentation:
    """Apply augmentations one after the other.

    Parameters
    ----------
    names : sequence of str
        Of `AUGMENTATIONS`; none leaves the images as they are.

    Returns
    -------
    callable
        From a batch to a batch.

    Raises
    ------
    ArgumentError
        If there is none of a name.

    Examples
    --------
    >>> compose(["flip", "shift"])(torch.ones(2, 1, 8, 8)).shape
    torch.Size([2, 1, 8, 8])
    """
    for name in names:
        if name not in AUGMENTATIONS:
            raise ArgumentError("augment", f"some of {', '.join(AUGMENTATIONS)}", repr(name))

    def apply(x: Tensor) -> Tensor:
        for name in names:
            x = AUGMENTATIONS[name](x)
        return x

    return apply


def per_image(transform: Augmentation) -> Augmentation:
    """Let a transform of torchvision draw anew for each image of a batch.

    Slower by far than the batched functions of this module, since it is a loop in Python.

    Parameters
    ----------
    transform : callable
        From a tensor of shape (C, H, W) to one.

    Returns
    -------
    callable
        From a batch to a batch.
    """
    return lambda x: torch.stack([transform(image) for image in x])


def mix(x: Tensor, targets: Tensor, mixup: float, cutmix: float) -> tuple[Tensor, Tensor]:
    """Blend each image with another of the batch, or paste a rectangle of it in; targets too.

    Parameters
    ----------
    x : float tensor, shape (N, C, H, W)
    targets : float tensor, shape (N, classes)
        The share of each class.
    mixup, cutmix : float
        Parameter of the beta distribution, 0 for none; with both, one is chosen by a coin.

    Returns
    -------
    x, targets : float tensors, shapes as they were

    References
    ----------
    Zhang et al., "mixup", arXiv:1710.09412; Yun et al., "CutMix", arXiv:1905.04899.
    """
    paste = cutmix > 0 and (mixup == 0 or torch.rand(()) < 0.5)
    alpha = cutmix if paste else mixup
    share = float(np.random.beta(alpha, alpha))
    other = torch.randperm(len(x)).to(x.device)
    if paste:
        top, bottom, left, right = _rectangle(x.shape[2], x.shape[3], 1 - share)
        x = x.clone()
        x[:, :, top:bottom, left:right] = x[other, :, top:bottom, left:right]
        share = 1 - (bottom - top) * (right - left) / (x.shape[2] * x.shape[3])
    else:
        x = share * x + (1 - share) * x[other]
    return x, share * targets + (1 - share) * targets[other]


def _rectangle(height: int, width: int, area: float) -> tuple[int, int, int, int]:
    """Draw a rectangle of about a share of the image, cut off where it leaves the image."""
    tall, wide = round(height * area**0.5), round(width * area**0.5)
    y, x = np.random.randint(height), np.random.randint(width)
    top, left = y - tall // 2, x - wide // 2
    return max(0, top), min(height, top + tall), max(0, left), min(width, left + wide)
