"""Super-resolution: SRCNN, and ESPCN with its pixel shuffle.

Dong, Loy, He and Tang, "Learning a deep convolutional network for image super-resolution", ECCV
2014 (extended: arXiv:1501.00092), Section 3; Shi et al., "Real-time single image and video
super-resolution using an efficient sub-pixel convolutional neural network", CVPR 2016,
arXiv:1609.05158, Section 3 and Figure 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError


def pixel_shuffle(x: Tensor, scale: int) -> Tensor:
    """Lay groups of scale² channels out as squares of scale × scale pixels.

    Parameters
    ----------
    x : tensor, shape (N, C scale², H, W)
    scale : int

    Returns
    -------
    tensor, shape (N, C, scale H, scale W)
        Pixel (y, x) of channel c comes from channel c scale² + scale (y mod scale) + x mod scale,
        at (y div scale, x div scale): equation 4 of Shi et al., in PyTorch's order of channels.

    Raises
    ------
    ShapeError
        If scale² does not divide the channels.

    Examples
    --------
    >>> pixel_shuffle(torch.tensor([1, 2, 3, 4]).reshape(1, 4, 1, 1), 2)[0, 0].tolist()
    [[1, 2], [3, 4]]
    """
    if scale < 1:
        raise ArgumentError("scale", "at least 1", scale)
    if x.ndim != 4 or x.shape[1] % scale**2:
        raise ShapeError("x", f"(N, C, H, W) with {scale**2} to divide C", tuple(x.shape))
    n, channels, height, width = x.shape
    x = x.reshape(n, channels // scale**2, scale, scale, height, width)
    x = x.permute(0, 1, 4, 2, 5, 3)  # (N, C, r, r, H, W) -> (N, C, H, r, W, r)
    return x.reshape(n, channels // scale**2, scale * height, scale * width)


def bicubic(x: Tensor, scale: float) -> Tensor:
    """Enlarge, or shrink without aliasing, by cubic convolution: (N, C, H, W) -> (N, C, sH, sW).

    Parameters
    ----------
    x : float tensor, shape (N, C, H, W)
    scale : float
        Above 1 to enlarge, below to shrink.

    References
    ----------
    Keys, "Cubic convolution interpolation for digital image processing", 1981; a = -0.5, as in
    Pillow and MATLAB, which the field compares with.
    """
    return functional.interpolate(
        x, scale_factor=scale, mode="bicubic", align_corners=False, antialias=True
    )


class SRCNN(nn.Module):
    """Enlarge first, then sharpen: patch extraction, non-linear mapping, reconstruction.

    Parameters
    ----------
    scale : int
        How many times larger, both ways.
    widths : (int, int)
        Channels of the first two layers: (64, 32) in the paper.
    kernel_sizes : (int, int, int)
        Pixels; (9, 1, 5) in the paper.

    Notes
    -----
    For brightness alone, as in the paper: 8,129 parameters with its widths. Departures: borders
    are padded by repetition, so the size is kept; and what the last layer gives is added to the
    bicubic enlargement (Kim et al., arXiv:1511.04587), so that training starts there.

    Examples
    --------
    >>> SRCNN(scale=2)(torch.zeros(1, 1, 16, 12)).shape
    torch.Size([1, 1, 32, 24])
    """

    def __init__(
        self,
        scale: int,
        widths: Sequence[int] = (64, 32),
        kernel_sizes: Sequence[int] = (9, 1, 5),
    ) -> None:
        super().__init__()
        self.scale = scale
        first, second = widths
        self.extract = _conv(1, first, kernel_sizes[0])
        self.map = _conv(first, second, kernel_sizes[1])
        self.reconstruct = _conv(second, 1, kernel_sizes[2])
        _start_at_bicubic(self.reconstruct)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge brightness from 0 to 1: (N, 1, H, W) -> (N, 1, scale H, scale W)."""
        enlarged = bicubic(_gray(x), self.scale)
        maps = functional.relu(self.map(functional.relu(self.extract(enlarged))))
        return enlarged + self.reconstruct(maps)


class ESPCN(nn.Module):
    """Work on the small image, and make the large one's pixels at the very end.

    Parameters
    ----------
    scale : int
        How many times larger, both ways.
    widths : (int, int)
        Channels of the first two layers: (64, 32) in the paper.

    Notes
    -----
    Kernels of 5, 3 and 3 pixels and tanh, as in the paper: 22,729 parameters with its widths at
    scale 3, and scale² times fewer multiply-adds than the same layers after the enlargement.
    Departures: as for `SRCNN`.

    Examples
    --------
    >>> ESPCN(scale=3)(torch.zeros(1, 1, 16, 12)).shape
    torch.Size([1, 1, 48, 36])
    """

    def __init__(self, scale: int, widths: Sequence[int] = (64, 32)) -> None:
        super().__init__()
        self.scale = scale
        first, second = widths
        self.features = nn.Sequential(_conv(1, first, 5), nn.Tanh(), _conv(first, second, 3))
        self.subpixels = _conv(second, scale**2, 3)
        _start_at_bicubic(self.subpixels)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge brightness from 0 to 1: (N, 1, H, W) -> (N, 1, scale H, scale W)."""
        maps = torch.tanh(self.features(_gray(x)))
        return bicubic(x, self.scale) + pixel_shuffle(self.subpixels(maps), self.scale)


def _conv(in_channels: int, out_channels: int, kernel_size: int) -> nn.Conv2d:
    return nn.Conv2d(
        in_channels, out_channels, kernel_size, padding=kernel_size // 2, padding_mode="replicate"
    )


def _start_at_bicubic(conv: nn.Conv2d) -> None:
    """Let the network begin as bicubic enlargement: its correction is almost nothing."""
    nn.init.normal_(conv.weight, std=1e-3)
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)


def _gray(x: Tensor) -> Tensor:
    if x.ndim != 4 or x.shape[1] != 1:
        raise ShapeError("x", "brightness, of shape (N, 1, H, W)", tuple(x.shape))
    return x
