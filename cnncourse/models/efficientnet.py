"""EfficientNet: one small network, scaled in depth, width and resolution at once.

Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", ICML 2019,
arXiv:1905.11946, Table 1 and Section 3.3. A search found the network B0. How to grow it was not
searched by a machine: a small grid search on B0 found the three bases of the rule.
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

from torch import nn

from cnncourse.errors import ArgumentError
from cnncourse.models.blocks import (
    Classifier,
    ConvNorm,
    initialise,
    pooled_head,
    round_channels,
    sequential,
)
from cnncourse.models.mbconv import MBConv, Plan

# Table 1: expansion, kernel size, stride, output channels, blocks
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
STEM = 32  # channels of the first convolution
DROP_RATE = 0.2  # of stochastic depth, in the last block; 0 in the first


class Scaling(NamedTuple):
    """Factors of depth and width, and the image size in pixels."""

    depth: float
    width: float
    image_size: int


def compound_scaling(
    phi: float, alpha: float = 1.2, beta: float = 1.1, gamma: float = 1.15
) -> Scaling:
    """Grow depth, width and resolution together (equation 3).

    Parameters
    ----------
    phi : float
        How much to grow: the work multiplies by (alpha beta² gamma²)^phi, near 2^phi.
    alpha, beta, gamma : float
        Bases of depth, width and resolution, from the paper's grid search under
        alpha beta² gamma² near 2; these make 1.92.

    Returns
    -------
    Scaling

    Examples
    --------
    >>> compound_scaling(1)
    Scaling(depth=1.2, width=1.1, image_size=258)
    """
    return Scaling(alpha**phi, beta**phi, round(224 * gamma**phi))


# what was released: near the rule, rounded by hand (for phi = 7 it gives 3.58, 1.95 and 596)
VARIANTS = {
    0: Scaling(1.0, 1.0, 224),
    1: Scaling(1.1, 1.0, 240),
    2: Scaling(1.2, 1.1, 260),
    3: Scaling(1.4, 1.2, 300),
    4: Scaling(1.8, 1.4, 380),
    5: Scaling(2.2, 1.6, 456),
    6: Scaling(2.6, 1.8, 528),
    7: Scaling(3.1, 2.0, 600),
}
DROPOUTS = {0: 0.2, 1: 0.2, 2: 0.3, 3: 0.3, 4: 0.4, 5: 0.4, 6: 0.5, 7: 0.5}


class EfficientNet(Classifier):
    """EfficientNet-B0 to B7.

    Parameters
    ----------
    variant : int
        0 to 7.
    in_channels, num_classes : int

    Notes
    -----
    Each trained at its own image size; the last maps are a 32nd of it.

    =======  ======  ==========  ==============
    variant  pixels  parameters  multiply-adds
    =======  ======  ==========  ==============
    B0       224      5,288,548     385,814,752
    B1       240      7,794,184     686,802,832
    B2       260      9,109,994     993,561,872
    B3       300     12,233,232   1,827,141,392
    B4       380     19,341,616   4,393,771,024
    B5       456     30,389,784  10,266,384,752
    B6       528     43,040,704  19,067,593,536
    B7       600     66,347,960  37,745,884,192
    =======  ======  ==========  ==============

    Departure: padding is the same on all sides, as in torchvision; the original puts the odd zero
    after, so its weights do not fit exactly.
    """

    def __init__(self, variant: int = 0, in_channels: int = 3, num_classes: int = 1000) -> None:
        if variant not in VARIANTS:
            raise ArgumentError("variant", "0 to 7", variant)
        depth, width, image_size = VARIANTS[variant]
        eps, momentum = (0.001, 0.01) if variant >= 5 else (1e-5, 0.1)
        norm = partial(nn.BatchNorm2d, eps=eps, momentum=momentum)
        activation = partial(nn.SiLU, inplace=True)
        counts = [math.ceil(depth * blocks) for *_, blocks in STAGES]
        channels = round_channels(STEM * width)
        stages: dict[str, nn.Module] = {
            "stage1": ConvNorm(in_channels, channels, 3, 2, activation=activation, norm=norm)
        }
        done = 0
        for i, (expansion, kernel_size, stride, out_channels, _) in enumerate(STAGES):
            stage = nn.Sequential()
            out_channels = round_channels(out_channels * width)
            for j in range(counts[i]):
                plan = Plan(
                    out_channels,
                    expansion * channels,
                    kernel_size,
                    stride if j == 0 else 1,
                    squeezed=max(1, channels // 4),
                    activation=activation,
                    inner=activation,
                )
                stage.append(MBConv(channels, plan, norm, drop_rate=DROP_RATE * done / sum(counts)))
                channels = out_channels
                done += 1
            stages[f"stage{i + 2}"] = stage
        stages["stage9"] = ConvNorm(channels, 4 * channels, 1, activation=activation, norm=norm)
        head = pooled_head(4 * channels, num_classes, DROPOUTS[variant])
        super().__init__(sequential(**stages), head, in_channels, image_size)
        initialise(self)
