"""Which pixels a class score hangs on, in three ways."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.inspection.network import (
    check_images,
    evaluating,
    input_gradient,
    layer_of,
    listening,
    target_scores,
)


def saliency(model: nn.Module, x: Tensor, targets: Tensor | None = None) -> Tensor:
    """Say how much each pixel would change a class's score, if it changed a little.

    Parameters
    ----------
    model : nn.Module
        From images to class scores; used in evaluation mode.
    x : float tensor, shape (N, C, H, W)
        On the network's device.
    targets : int64 tensor, shape (N,), optional
        The class of each image; the one that scores highest if left out.

    Returns
    -------
    float tensor, shape (N, H, W)
        The size of the gradient, the largest of the pixel's channels.

    Raises
    ------
    ShapeError, ArgumentError
        If `x` is no batch of images, or a target is no class.

    References
    ----------
    Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", arXiv:1312.6034,
    Section 3.1.

    Examples
    --------
    >>> model = nn.Sequential(nn.Flatten(), nn.Linear(4, 1, bias=False))
    >>> model[1].weight.data = torch.tensor([[1.0, -2.0, 0.0, 3.0]])
    >>> saliency(model, torch.zeros(1, 1, 2, 2))[0].tolist()
    [[1.0, 2.0], [0.0, 3.0]]
    """
    check_images(x)
    return input_gradient(model, x, targets).abs().amax(dim=1)


def grad_cam(
    model: nn.Module, x: Tensor, layer: nn.Module | str, targets: Tensor | None = None
) -> Tensor:
    """Weigh a layer's feature maps by how much the class's score grows with each.

    Parameters
    ----------
    model : nn.Module
        From images to class scores; used in evaluation mode.
    x : float tensor, shape (N, C, H, W)
        On the network's device.
    layer : nn.Module or str
        The layer whose maps are weighed, or its name: usually the last with height and width.
    targets : int64 tensor, shape (N,), optional
        The class of each image; the one that scores highest if left out.

    Returns
    -------
    float tensor, shape (N, H, W)
        At least 0, enlarged bilinearly to the size of the image.

    Raises
    ------
    ShapeError, ArgumentError
        If `x` is no batch of images, a target is no class, or the layer's output is no maps.

    References
    ----------
    Selvaraju and others, "Grad-CAM: visual explanations from deep networks via gradient-based
    localization", arXiv:1610.02391, equations 1 and 2.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.LazyLinear(3))
    >>> grad_cam(model, torch.rand(4, 1, 8, 8), layer="0").shape
    torch.Size([4, 8, 8])
    """
    check_images(x)
    chosen = layer_of(model, layer)
    with evaluating(model), torch.enable_grad(), listening(chosen) as heard:
        # a layer that does not depend on a trained weight is differentiable all the same
        scores = target_scores(model(x.detach().clone().requires_grad_()), targets)
        if not heard or heard[-1].ndim != 4:
            found = tuple(heard[-1].shape) if heard else "nothing"
            raise ShapeError("layer", "one that gives maps (N, C, H, W)", found)
        (gradient,) = torch.autograd.grad(scores.sum(), heard[-1])
    weights = gradient.mean(dim=(2, 3), keepdim=True)  # equation 1
    maps = functional.relu((weights * heard[-1]).sum(dim=1, keepdim=True))  # equation 2
    return functional.interpolate(maps, x.shape[2:], mode="bilinear")[:, 0].detach()


@torch.no_grad()
def occlusion_map(
    model: nn.Module,
    x: Tensor,
    targets: Tensor | None = None,
    size: int = 8,
    stride: int = 4,
    value: float | None = None,
) -> Tensor:
    """Cover one square after another, and say how much of a class's probability each costs.

    Parameters
    ----------
    model : nn.Module
        From images to class scores; used in evaluation mode.
    x : float tensor, shape (N, C, H, W)
        On the network's device.
    targets : int64 tensor, shape (N,), optional
        The class of each image; the one that scores highest if left out.
    size : int
        Pixels of the square's side, at most the image's.
    stride : int
        Pixels from one square to the next; the last stands at the edge.
    value : float, optional
        What the square is filled with; the mean of the image if left out.

    Returns
    -------
    float tensor, shape (N, H, W)
        The fall of the probability, averaged over the squares that cover a pixel: -1 to 1.

    Raises
    ------
    ShapeError, ArgumentError
        If `x` is no batch of images, a target is no class, or the square does not fit.

    References
    ----------
    Zeiler and Fergus, "Visualizing and understanding convolutional networks", arXiv:1311.2901,
    Section 4.2.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.LazyLinear(3))
    >>> occlusion_map(model, torch.rand(4, 1, 12, 12), size=4, stride=2).shape
    torch.Size([4, 12, 12])
    """
    check_images(x)
    height, width = x.shape[2:]
    if not 1 <= size <= min(height, width):
        raise ArgumentError("size", f"1 to {min(height, width)} pixels", size)
    if not 1 <= stride <= size:
        raise ArgumentError("stride", f"1 to {size} pixels, the square's side", stride)
    filling = x.mean(dim=(1, 2, 3), keepdim=True) if value is None else value
    with evaluating(model):
        scores = model(x)
        if targets is None:
            targets = scores.argmax(dim=1)
        whole = target_scores(scores.softmax(dim=1), targets)
        falls, covers = x.new_zeros(len(x), height, width), x.new_zeros(height, width)
        for top in _starts(height, size, stride):
            for left in _starts(width, size, stride):
                rows, columns = slice(top, top + size), slice(left, left + size)
                covered = x.clone()
                covered[:, :, rows, columns] = filling
                left_over = target_scores(model(covered).softmax(dim=1), targets)
                falls[:, rows, columns] += (whole - left_over)[:, None, None]
                covers[rows, columns] += 1
    return falls / covers


def _starts(side: int, size: int, stride: int) -> list[int]:
    return [*range(0, side - size, stride), side - size]
