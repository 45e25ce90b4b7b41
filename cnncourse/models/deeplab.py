"""Atrous convolution and the atrous spatial pyramid of DeepLab.

Chen, Papandreou, Schroff and Adam, "Rethinking atrous convolution for semantic image
segmentation", 2017, arXiv:1706.05587, Section 3 and Figure 5 (DeepLabv3).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.blocks import ConvNorm, relu, sequential


def atrous_conv(in_channels: int, out_channels: int, rate: int) -> nn.Sequential:
    """Make a 3 × 3 convolution whose taps are `rate` pixels apart, with a norm and a ReLU.

    It has nine weights for each pair of channels, and spans 2 rate + 1 pixels.

    Parameters
    ----------
    in_channels, out_channels : int
    rate : int
        Pixels; called dilation by PyTorch.
    """
    return sequential(
        conv=nn.Conv2d(
            in_channels, out_channels, 3, padding=rate, dilation=rate, bias=False
        ),
        norm=nn.BatchNorm2d(out_channels),
        relu=relu(),
    )


class AtrousPyramid(nn.Module):
    """Look at every pixel at several ranges at once, and at the whole image (Figure 5).

    Parameters
    ----------
    in_channels, out_channels : int
    rates : sequence of int
        Of the 3 × 3 convolutions, in pixels of the feature map: (6, 12, 18) in the paper.

    Notes
    -----
    Departure: the branch that sees the whole image has a bias in place of a norm, so that it also
    trains on batches of one image.
    """

    def __init__(self, in_channels: int, out_channels: int, rates: Sequence[int]) -> None:
        super().__init__()
        if not rates or min(rates) < 1:
            raise ArgumentError("rates", "one or more, of at least 1 pixel", tuple(rates))
        self.point = ConvNorm(in_channels, out_channels, 1)
        self.ranges = nn.ModuleList(atrous_conv(in_channels, out_channels, r) for r in rates)
        self.whole = sequential(
            pool=nn.AdaptiveAvgPool2d(1), conv=nn.Conv2d(in_channels, out_channels, 1), relu=relu()
        )
        self.project = ConvNorm((2 + len(rates)) * out_channels, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Combine the ranges: (N, C_in, H, W) -> (N, C_out, H, W)."""
        whole = self.whole(x).expand(-1, -1, *x.shape[2:])  # at every pixel
        parts = (self.point(x), *(branch(x) for branch in self.ranges), whole)
        return self.project(torch.cat(parts, dim=1))


class DeepLab(nn.Module):
    """A few convolutions, the pyramid, and scores enlarged to the image's size.

    Parameters
    ----------
    in_channels, num_classes : int
    width : int
        Channels of the pyramid; the stem has half.
    rates : sequence of int
        As for `AtrousPyramid`.

    Notes
    -----
    Departures: in place of a ResNet whose maps are 8 or 16 times smaller than the image, four
    convolutions whose maps are 2 times smaller, with rates to match.

    Examples
    --------
    >>> model = DeepLab(in_channels=1, num_classes=4)
    >>> model(torch.zeros(2, 1, 31, 24)).shape
    torch.Size([2, 4, 31, 24])
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        width: int = 32,
        rates: Sequence[int] = (2, 4, 6),
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.backbone = nn.Sequential(
            ConvNorm(in_channels, width // 2),
            ConvNorm(width // 2, width, stride=2),
            ConvNorm(width, width),
            atrous_conv(width, width, rate=2),
        )
        self.pyramid = AtrousPyramid(width, width, rates)
        self.head = nn.Conv2d(width, num_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes of each pixel: (N, C, H, W) -> (N, num_classes, H, W).

        Raises
        ------
        ShapeError
            If x is no batch of images with these channels.
        """
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise ShapeError("x", f"shape (N, {self.in_channels}, H, W)", tuple(x.shape))
        scores = self.head(self.pyramid(self.backbone(x)))  # (N, num_classes, H / 2, W / 2)
        return functional.interpolate(
            scores, size=x.shape[2:], mode="bilinear", align_corners=False
        )
