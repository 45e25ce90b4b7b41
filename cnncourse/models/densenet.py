"""DenseNet: every layer sees the maps of all layers before it.

Huang, Liu, van der Maaten and Weinberger, "Densely connected convolutional networks", CVPR 2017,
arXiv:1608.06993, Table 1.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cnncourse.models.blocks import (
    Classifier,
    ConvNorm,
    PreActivation,
    initialise,
    pooled_head,
    relu,
    sequential,
)


class DenseLayer(nn.Module):
    """Make `growth` new maps from all that came before, and put them beside those.

    The 1 x 1 convolution narrows what the 3 x 3 one has to look at to 4 `growth` channels.
    """

    def __init__(self, in_channels: int, growth: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            PreActivation(in_channels, 4 * growth, 1), PreActivation(4 * growth, growth, 3)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Append maps: (N, C, H, W) -> (N, C + growth, H, W)."""
        return torch.cat([x, self.layers(x)], dim=1)


class DenseNet(Classifier):
    """DenseNet-121, or another number of layers in each block.

    Parameters
    ----------
    layers : tuple of int
        Dense layers in each block.
    growth : int
        Maps that each of them adds.
    in_channels, num_classes : int

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 7 x 7. 7,978,856 parameters, 2,834,161,664
    multiply-adds.
    """

    def __init__(
        self,
        layers: tuple[int, ...] = (6, 12, 24, 16),
        growth: int = 32,
        in_channels: int = 3,
        num_classes: int = 1000,
    ) -> None:
        channels = 2 * growth
        stages: dict[str, nn.Module] = {
            "conv1": ConvNorm(in_channels, channels, 7, stride=2),
            "pool1": nn.MaxPool2d(3, stride=2, padding=1),
        }
        for i, count in enumerate(layers):
            if i > 0:
                halve = PreActivation(channels, channels // 2, 1)
                stages[f"transition{i}"] = sequential(halve=halve, pool=nn.AvgPool2d(2))
                channels //= 2
            stages[f"block{i + 1}"] = nn.Sequential(
                *(DenseLayer(channels + j * growth, growth) for j in range(count))
            )
            channels += count * growth
        stages["norm"] = nn.BatchNorm2d(channels)
        stages["relu"] = relu()
        head = pooled_head(channels, num_classes)
        super().__init__(sequential(**stages), head, in_channels, image_size=224, smallest=29)
        initialise(self)
