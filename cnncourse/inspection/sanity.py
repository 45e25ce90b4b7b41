"""Whether an explanation can be believed: against the truth, and against a network of chance."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from cnncourse.errors import ArgumentError, ShapeError


def points_inside(maps: Tensor, boxes: Tensor) -> float:
    """Play the pointing game: how often is the highest point of a map inside the object's box?

    Parameters
    ----------
    maps : float tensor, shape (N, H, W)
    boxes : float tensor, shape (N, 4)
        x1, y1, x2, y2 in pixels; x2 and y2 are just outside.

    Returns
    -------
    float
        A share, 0 to 1. Where several points are highest, the mean of their places is taken: a
        flat map points to the middle.

    Raises
    ------
    ShapeError
        If there is not one box to each map.

    References
    ----------
    Zhang and others, "Top-down neural attention by excitation backprop", arXiv:1608.00507,
    Section 4.1.

    Examples
    --------
    >>> maps = torch.tensor([[[0.0, 1.0], [0.0, 0.0]]])
    >>> points_inside(maps, torch.tensor([[1.0, 0.0, 2.0, 1.0]]))
    1.0
    """
    _check(maps, boxes)
    highest = (maps == maps.amax(dim=(1, 2), keepdim=True)).to(maps.dtype)
    rows, columns = (torch.arange(side, device=maps.device) + 0.5 for side in maps.shape[1:])
    count = highest.sum(dim=(1, 2))
    y = (highest.sum(dim=2) * rows).sum(dim=1) / count  # (N, H, W) -> (N,), pixels
    x = (highest.sum(dim=1) * columns).sum(dim=1) / count
    x1, y1, x2, y2 = boxes.to(maps).unbind(dim=1)
    return float(((x1 <= x) & (x < x2) & (y1 <= y) & (y < y2)).float().mean())


def energy_inside(maps: Tensor, boxes: Tensor) -> float:
    """Say which share of what a map holds is inside the object's box.

    Parameters
    ----------
    maps : float tensor, shape (N, H, W)
        What is below 0 counts as nothing.
    boxes : float tensor, shape (N, 4)
        As in `points_inside`, on whole pixels.

    Returns
    -------
    float
        The mean over the maps, 0 to 1; an empty map counts 0.

    Raises
    ------
    ShapeError
        If there is not one box to each map.

    References
    ----------
    Wang and others, "Score-CAM", arXiv:1910.01279, Section 4.3: the energy-based pointing game.

    Examples
    --------
    >>> maps = torch.tensor([[[0.0, 3.0], [1.0, -5.0]]])
    >>> energy_inside(maps, torch.tensor([[1.0, 0.0, 2.0, 2.0]]))
    0.75
    """
    _check(maps, boxes)
    energy = maps.clamp(min=0)
    rows, columns = (torch.arange(side, device=maps.device) for side in maps.shape[1:])
    x1, y1, x2, y2 = (edge[:, None] for edge in boxes.to(maps).unbind(dim=1))
    down, right = (y1 <= rows) & (rows < y2), (x1 <= columns) & (columns < x2)  # (N, H), (N, W)
    inside = (energy * (down[:, :, None] & right[:, None, :])).sum(dim=(1, 2))
    return float((inside / energy.sum(dim=(1, 2)).clamp(min=1e-12)).mean())


def _check(maps: Tensor, boxes: Tensor) -> None:
    if maps.ndim != 3 or not len(maps):
        raise ShapeError("maps", "(N, H, W)", tuple(maps.shape))
    if boxes.shape != (len(maps), 4):
        raise ShapeError("boxes", f"({len(maps)}, 4), one for each map", tuple(boxes.shape))


def randomised(model: nn.Module, seed: int = 0) -> nn.Module:
    """Copy a network and draw all its weights anew, as if it had never learned.

    An explanation that looks the same for the copy explains nothing that the network has learned.

    Parameters
    ----------
    model : nn.Module
    seed : int

    Returns
    -------
    nn.Module
        In evaluation mode, on the same device.

    Raises
    ------
    ArgumentError
        If a layer has weights of its own and no `reset_parameters` to draw them anew.

    References
    ----------
    Adebayo and others, "Sanity checks for saliency maps", arXiv:1810.03292, Section 3: the model
    parameter randomisation test, of all layers at once.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(1, 2, 3))
    >>> bool((randomised(model)[0].weight != model[0].weight).all())
    True
    """
    copied = copy.deepcopy(model)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for name, module in copied.named_modules():
            if hasattr(module, "reset_parameters"):
                module.reset_parameters()
            elif next(module.parameters(recurse=False), None) is not None:
                raise ArgumentError("model", "layers that can be drawn anew", name or "itself")
    return copied.eval()
