"""Whether a network says the same when the picture moves."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cnncourse.errors import ArgumentError
from cnncourse.inspection.network import check_images, evaluating


@torch.no_grad()
def shift_consistency(
    model: nn.Module, x: Tensor, size: int, pairs: int = 4, seed: int = 0
) -> float:
    """Look at two windows of each picture, and say how often the network gives both one class.

    Parameters
    ----------
    model : nn.Module
        From images to class scores; used in evaluation mode.
    x : float tensor, shape (N, C, H, W)
        Pictures larger than the windows, so that what moves in is picture, too; on the network's
        device.
    size : int
        Pixels of a window's side.
    pairs : int
        Of windows, for each picture.
    seed : int
        Of the windows' places, drawn evenly.

    Returns
    -------
    float
        The share of pairs with the same class, 0 to 1; whether it is right does not matter.

    Raises
    ------
    ShapeError, ArgumentError
        If `x` is no batch of images, or larger than the windows in neither direction.

    References
    ----------
    Zhang, "Making convolutional networks shift-invariant again", arXiv:1904.11486, Section 4.1:
    classification consistency.

    Examples
    --------
    >>> average = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 5))
    >>> shift_consistency(average, torch.ones(3, 1, 12, 12), size=8)
    1.0
    """
    check_images(x)
    room = x.shape[2] - size, x.shape[3] - size
    if size < 1 or min(room) < 0 or max(room) == 0:
        raise ArgumentError("size", f"less than the pictures' {tuple(x.shape[2:])} pixels", size)
    if pairs < 1:
        raise ArgumentError("pairs", "at least 1", pairs)
    random = torch.Generator().manual_seed(seed)
    same = 0
    with evaluating(model):
        for _ in range(pairs):
            first, second = (
                model(_windows(x, size, room, random)).argmax(dim=1) for _ in range(2)
            )
            same += int((first == second).sum())
    return same / (pairs * len(x))


def _windows(
    x: Tensor, size: int, room: tuple[int, int], random: torch.Generator
) -> Tensor:
    """Cut a window out of each picture: (N, C, H, W) -> (N, C, size, size)."""
    top, left = (torch.randint(r + 1, (len(x),), generator=random).to(x.device) for r in room)
    # every place of the window, as a view: (N, C, places down, places right, size, size)
    places = x.unfold(2, size, 1).unfold(3, size, 1)
    return places[torch.arange(len(x), device=x.device), :, top, left]
