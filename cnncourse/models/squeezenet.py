"""SqueezeNet 1.0: AlexNet's accuracy with a fiftieth of its parameters.

Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model
size", 2016, arXiv:1602.07360, Table 1.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from cnncourse.models.blocks import Classifier, initialise, relu, sequential

pool = partial(nn.MaxPool2d, 3, stride=2, ceil_mode=True)


class Fire(nn.Module):
    """Squeeze to few channels with 1 x 1, then expand with 1 x 1 and 3 x 3 side by side.

    Parameters
    ----------
    in_channels, squeezed : int
    expanded : int
        Channels of each of the two expansions.
    """

    def __init__(self, in_channels: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)
        self.relu = relu()

    def forward(self, x: Tensor) -> Tensor:
        """Squeeze and expand: (N, C, H, W) -> (N, 2 expanded, H, W)."""
        x = self.relu(self.squeeze(x))
        return self.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], dim=1))


class SqueezeNet(Classifier):
    """SqueezeNet 1.0.

    Parameters
    ----------
    in_channels, num_classes : int
    dropout : float

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 13 x 13, and the head is a 1 x 1 convolution
    and an average. 1,248,424 parameters, 818,924,576 multiply-adds: fewer parameters than
    AlexNet, not less work. Departure: conv1 is not padded, as in torchvision, so that pool1
    leaves 54 x 54 instead of 55 x 55 pixels.
    """

    def __init__(
        self, in_channels: int = 3, num_classes: int = 1000, dropout: float = 0.5
    ) -> None:
        features = sequential(
            conv1=sequential(conv=nn.Conv2d(in_channels, 96, 7, stride=2), relu=relu()),
            pool1=pool(),
            fire2=Fire(96, squeezed=16, expanded=64),
            fire3=Fire(128, squeezed=16, expanded=64),
            fire4=Fire(128, squeezed=32, expanded=128),
            pool4=pool(),
            fire5=Fire(256, squeezed=32, expanded=128),
            fire6=Fire(256, squeezed=48, expanded=192),
            fire7=Fire(384, squeezed=48, expanded=192),
            fire8=Fire(384, squeezed=64, expanded=256),
            pool8=pool(),
            fire9=Fire(512, squeezed=64, expanded=256),
        )
        scores = nn.Conv2d(512, num_classes, 1)
        head = sequential(
            dropout=nn.Dropout(dropout),
            conv10=scores,
            relu=relu(),
            pool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
        )
        super().__init__(features, head, in_channels, image_size=224, smallest=21)
        initialise(self)
        nn.init.normal_(scores.weight, std=0.01)
