"""ConvNeXt: a ResNet rebuilt, step by step, with what Transformers taught.

Liu et al., "A ConvNet for the 2020s", CVPR 2022, arXiv:2201.03545, Table 9 and Figure 4.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from cnncourse.models.blocks import (
    Classifier,
    LayerNorm2d,
    StochasticDepth,
    initialise_small,
    sequential,
)

BLOCKS = (3, 3, 9, 3)
CHANNELS = (96, 192, 384, 768)
norm2d = partial(LayerNorm2d, eps=1e-6)


class ConvNeXtBlock(nn.Module):
    """Mix pixels with a 7 x 7 depthwise convolution, then channels with two dense layers.

    Parameters
    ----------
    channels : int
    drop_rate : float
        Of stochastic depth.
    """

    def __init__(self, channels: int, drop_rate: float) -> None:
        super().__init__()
        # each channel's share of the sum, nothing much at first
        self.layer_scale = nn.Parameter(torch.full((channels, 1, 1), 1e-6))
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.expand = nn.Linear(channels, 4 * channels)
        self.gelu = nn.GELU()
        self.project = nn.Linear(4 * channels, channels)
        self.drop = StochasticDepth(drop_rate)

    def forward(self, x: Tensor) -> Tensor:
        """Add the block's residual; the shape stays (N, C, H, W)."""
        y = self.depthwise(x).permute(0, 2, 3, 1)  # (N, C, H, W) -> (N, H, W, C)
        y = self.project(self.gelu(self.expand(self.norm(y))))
        y = y.permute(0, 3, 1, 2)  # (N, H, W, C) -> (N, C, H, W)
        return x + self.drop(self.layer_scale * y)


class ConvNeXt(Classifier):
    """ConvNeXt-T.

    Parameters
    ----------
    in_channels, num_classes : int
    drop_rate : float
        Of stochastic depth, in the last block; 0 in the first.

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 7 x 7. 28,589,128 parameters, 4,455,531,264
    multiply-adds. One activation and one norm per block, as in a Transformer.
    """

    def __init__(
        self, in_channels: int = 3, num_classes: int = 1000, drop_rate: float = 0.1
    ) -> None:
        stages: dict[str, nn.Module] = {
            "stem": sequential(
                patches=nn.Conv2d(in_channels, CHANNELS[0], 4, stride=4), norm=norm2d(CHANNELS[0])
            )
        }
        done = 0
        for i, (channels, blocks) in enumerate(zip(CHANNELS, BLOCKS, strict=True)):
            if i > 0:
                halve = nn.Conv2d(CHANNELS[i - 1], channels, 2, stride=2)
                stages[f"downsample{i + 1}"] = sequential(norm=norm2d(CHANNELS[i - 1]), conv=halve)
            stages[f"stage{i + 1}"] = nn.Sequential(
                *(
                    ConvNeXtBlock(channels, drop_rate * (done + j) / (sum(BLOCKS) - 1))
                    for j in range(blocks)
                )
            )
            done += blocks
        head = sequential(
            pool=nn.AdaptiveAvgPool2d(1),
            norm=norm2d(CHANNELS[-1]),
            flatten=nn.Flatten(),
            fc=nn.Linear(CHANNELS[-1], num_classes),
        )
        super().__init__(sequential(**stages), head, in_channels, image_size=224, smallest=32)
        initialise_small(self)
