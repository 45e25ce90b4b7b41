"""PointNet: a set of points to class scores, whatever order they come in.

Qi, Su, Mo and Guibas, "PointNet: deep learning on point sets for 3D classification and
segmentation", CVPR 2017, arXiv:1612.00593.

How it generalises convolution: a convolution does the same to every pixel and its neighbours,
which it knows by where they lie in the grid. Points have no grid. What is left is to do the same to
every point by itself (a convolution whose kernel is one point wide), and to join the answers by
something that no order can change: their greatest, channel by channel.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cnncourse.errors import ShapeError
from cnncourse.models.blocks import relu, sequential

WIDTHS = (32, 64, 128)  # of the paper: 64, 64, 64, 128, 1024


class PointNet(nn.Module):
    """A dense network shared by all points, the greatest of each channel, a dense network.

    Departures from the paper (Figure 2): fewer and narrower layers, no dropout, and none of the two
    networks that turn the points and their features before use (T-Nets).

    Parameters
    ----------
    num_classes : int
    in_channels : int
        Coordinates of a point.
    widths : sequence of int
        Of the shared layers; the last is the number of features that describe a cloud.
    """

    def __init__(
        self, num_classes: int, in_channels: int = 3, widths: Sequence[int] = WIDTHS
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.features = nn.Sequential()
        for layer, channels in enumerate(widths, start=1):
            self.features.add_module(f"layer{layer}", sequential(
                conv=nn.Conv1d(in_channels, channels, 1, bias=False),  # the same for every point
                norm=nn.BatchNorm1d(channels),
                relu=relu(),
            ))  # fmt: skip
            in_channels = channels
        self.head = sequential(
            fc1=nn.Linear(channels, channels // 2),
            relu=relu(),
            fc2=nn.Linear(channels // 2, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes.

        Parameters
        ----------
        x : float tensor, shape (N, in_channels, P)
            P points, at least one, in any order.

        Returns
        -------
        float tensor, shape (N, num_classes)

        Raises
        ------
        ShapeError
            If these are no clouds of points with so many coordinates.
        """
        return self.head(self.describe(x).amax(dim=2))

    def describe(self, x: Tensor) -> Tensor:
        """Describe each point by itself: (N, in_channels, P) -> (N, widths[-1], P)."""
        if x.ndim != 3 or x.shape[1] != self.in_channels or not x.shape[2]:
            expected = f"clouds of shape (N, {self.in_channels}, P) with at least one point"
            raise ShapeError("x", expected, tuple(x.shape))
        return self.features(x)

    @torch.no_grad()
    def critical_points(self, x: Tensor) -> Tensor:
        """Tell which points decide: those that are the greatest in some feature.

        All others could be left out, and the scores would stay the same (the paper's Theorem 2).

        Parameters
        ----------
        x : float tensor, shape (N, in_channels, P)

        Returns
        -------
        bool tensor, shape (N, P)
            True for at most `widths[-1]` points of each cloud. Of equal points, and in features
            that no point has above 0, the first.
        """
        winners = self.describe(x).argmax(dim=2)  # (N, widths[-1])
        decides = torch.zeros(len(x), x.shape[2], dtype=torch.bool, device=x.device)
        return decides.scatter_(1, winners, True)
