"""From a box anywhere on a feature map to a grid of one size: what two-stage detectors do.

Regions of interest are boxes x1, y1, x2, y2 in pixels of the image, with the place in the batch of
the image that each is in.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError


def roi_pool(
    features: Tensor, boxes: Tensor, image: Tensor, output_size: int, scale: float
) -> Tensor:
    """Round each region to whole cells, divide it into a grid, and keep the largest of each part.

    Parameters
    ----------
    features : float tensor, shape (N, C, H, W)
    boxes : float tensor, shape (K, 4)
        Inside the image.
    image : int64 tensor, shape (K,)
    output_size : int
        Height and width of the grid.
    scale : float
        Cells in a pixel: 1 / stride.

    Returns
    -------
    float tensor, shape (K, C, output_size, output_size)

    Raises
    ------
    ShapeError, ArgumentError
        If the shapes do not fit, or a size is not above 0.

    References
    ----------
    Girshick, "Fast R-CNN", arXiv:1504.08083, Section 2.1.

    Examples
    --------
    >>> features = torch.arange(16.0).reshape(1, 1, 4, 4)
    >>> roi_pool(features, torch.tensor([[0.0, 0, 2, 3]]), torch.tensor([0]), 2, scale=1)
    tensor([[[[ 5.,  6.],
              [13., 14.]]]])
    """
    _check(features, boxes, image, output_size, scale)
    pooled = [
        functional.adaptive_max_pool2d(features[n, :, y1 : y2 + 1, x1 : x2 + 1], output_size)
        for n, (x1, y1, x2, y2) in zip(
            image.tolist(), (boxes * scale).round().int().tolist(), strict=True
        )
    ]
    return torch.stack(pooled) if pooled else _nothing(features, output_size)


def roi_align(
    features: Tensor,
    boxes: Tensor,
    image: Tensor,
    output_size: int,
    scale: float,
    sampling_ratio: int = 2,
) -> Tensor:
    """Divide each region into a grid without rounding, and average points between the cells.

    Bilinear interpolation weighs rows and columns apart, and so does the average over a part of
    the grid. So all of it is two products of matrices: rows' weights times features times
    columns' weights.

    Parameters
    ----------
    features : float tensor, shape (N, C, H, W)
    boxes : float tensor, shape (K, 4)
    image : int64 tensor, shape (K,)
    output_size : int
        Height and width of the grid.
    scale : float
        Cells in a pixel: 1 / stride.
    sampling_ratio : int
        Points in each part of the grid, each way.

    Returns
    -------
    float tensor, shape (K, C, output_size, output_size)

    Raises
    ------
    ShapeError, ArgumentError
        If the shapes do not fit, or a size is not above 0.

    References
    ----------
    He, Gkioxari, Dollár and Girshick, "Mask R-CNN", arXiv:1703.06870, Section 3. As in
    ``torchvision.ops.roi_align(..., aligned=True)``, the middle of the first cell is at half a
    cell. Beyond the border, the border goes on.

    Examples
    --------
    >>> features = torch.arange(16.0).reshape(1, 1, 4, 4)
    >>> roi_align(features, torch.tensor([[0.5, 0.5, 2.5, 2.5]]), torch.tensor([0]), 2, scale=1)
    tensor([[[[2.5000, 3.5000],
              [6.5000, 7.5000]]]])
    """
    _check(features, boxes, image, output_size, scale)
    if sampling_ratio < 1:
        raise ArgumentError("sampling_ratio", "at least 1", sampling_ratio)
    x1, y1, x2, y2 = (boxes * scale - 0.5).unbind(1)
    rows = _weights(y1, y2, output_size, sampling_ratio, features.shape[2])  # (K, out, H)
    columns = _weights(x1, x2, output_size, sampling_ratio, features.shape[3])  # (K, out, W)
    tall = features.transpose(1, 2).flatten(2)  # (N, C, H, W) -> (N, H, C W)
    low = rows @ tall[image]  # (K, out, H) (K, H, C W) -> (K, out, C W)
    flat = low.unflatten(2, features.shape[1::2]).flatten(1, 2)  # (K, out C, W)
    small = flat @ columns.mT  # (K, out C, W) (K, W, out) -> (K, out C, out)
    return small.unflatten(1, (output_size, -1)).transpose(1, 2)  # (K, C, out, out)


def _weights(low: Tensor, high: Tensor, parts: int, points: int, size: int) -> Tensor:
    """Weigh the cells of an axis for each part of each region: (K, parts, size)."""
    steps = (torch.arange(parts * points, device=low.device) + 0.5) / (parts * points)
    places = low[:, None] + (high - low)[:, None] * steps  # (K, parts points)
    cells = torch.arange(size, device=low.device)
    distance = (places.clamp(0, size - 1)[..., None] - cells).abs()
    weights = (1 - distance).clamp(min=0)  # bilinear: a hat over each cell
    return weights.unflatten(1, (parts, points)).mean(2)


def paste_masks(masks: Tensor, boxes: Tensor, size: Sequence[int]) -> Tensor:
    """Stretch each mask over its box in an image.

    Parameters
    ----------
    masks : float tensor, shape (K, h, w)
        Any numbers; between them it is interpolated.
    boxes : float tensor, shape (K, 4)
        Of a width and height above 0.
    size : (int, int)
        Height and width of the image.

    Returns
    -------
    float tensor, shape (K, H, W)
        0 outside the box.

    Raises
    ------
    ShapeError
        If there is not one box to each mask.

    Examples
    --------
    >>> paste_masks(torch.ones(1, 3, 3), torch.tensor([[1.0, 0, 3, 2]]), (2, 4))
    tensor([[[0., 1., 1., 0.],
             [0., 1., 1., 0.]]])
    """
    if boxes.shape != (len(masks), 4):
        raise ShapeError("boxes", f"one for each of {len(masks)} masks", tuple(boxes.shape))
    y, x = (torch.arange(side, device=masks.device) + 0.5 for side in size)
    x1, y1, x2, y2 = boxes[:, :, None].unbind(1)
    across, down = 2 * (x - x1) / (x2 - x1) - 1, 2 * (y - y1) / (y2 - y1) - 1  # -1 to 1 in the box
    shape = (len(masks), *size)
    grid = torch.stack([across[:, None].expand(shape), down[:, :, None].expand(shape)], dim=-1)
    pasted = functional.grid_sample(
        masks[:, None], grid.to(masks), padding_mode="border", align_corners=False
    )
    return pasted[:, 0] * (grid.abs() <= 1).all(-1)


def _check(
    features: Tensor, boxes: Tensor, image: Tensor, output_size: int, scale: float
) -> None:
    if features.ndim != 4:
        raise ShapeError("features", "shape (N, C, H, W)", tuple(features.shape))
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ShapeError("boxes", "shape (K, 4)", tuple(boxes.shape))
    if image.shape != boxes.shape[:1]:
        raise ShapeError("image", f"one for each of {len(boxes)} boxes", tuple(image.shape))
    for argument, value in (("output_size", output_size), ("scale", scale)):
        if value <= 0:
            raise ArgumentError(argument, "above 0", value)


def _nothing(features: Tensor, output_size: int) -> Tensor:
    return features.new_zeros(0, features.shape[1], output_size, output_size)
