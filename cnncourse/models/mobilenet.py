"""MobileNet V1, V2 and V3: convolutions split into a depthwise and a pointwise half.

A 3 x 3 convolution of 256 maps into 256 has 589,824 weights; a 3 x 3 kernel for each map and a
1 x 1 convolution after it have 67,840 together.

V1: Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision
applications", 2017, arXiv:1704.04861, Table 1.
V2: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", CVPR 2018,
arXiv:1801.04381, Table 2.
V3: Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv:1905.02244, Tables 1 and 2.
"""

from __future__ import annotations

from functools import partial

from torch import nn

from cnncourse.errors import ArgumentError
from cnncourse.models.blocks import (
    Classifier,
    ConvNorm,
    initialise,
    pooled_head,
    relu,
    round_channels,
    sequential,
)
from cnncourse.models.mbconv import MBConv, Plan

relu6 = partial(nn.ReLU6, inplace=True)
hardswish = partial(nn.Hardswish, inplace=True)

# V1: output channels and stride of each depthwise-separable convolution
SEPARABLE = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
    (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip

# V2: expansion, output channels, how many blocks, stride of the first
INVERTED = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
    (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
)  # fmt: skip

# V3: kernel size, expanded channels, output channels, squeeze and excite, hard swish, stride
LARGE = (
    (3, 16, 16, False, False, 1),
    (3, 64, 24, False, False, 2),
    (3, 72, 24, False, False, 1),
    (5, 72, 40, True, False, 2),
    (5, 120, 40, True, False, 1),
    (5, 120, 40, True, False, 1),
    (3, 240, 80, False, True, 2),
    (3, 200, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 480, 112, True, True, 1),
    (3, 672, 112, True, True, 1),
    (5, 672, 160, True, True, 2),
    (5, 960, 160, True, True, 1),
    (5, 960, 160, True, True, 1),
)
SMALL = (
    (3, 16, 16, True, False, 2),
    (3, 72, 24, False, False, 2),
    (3, 88, 24, False, False, 1),
    (5, 96, 40, True, True, 2),
    (5, 240, 40, True, True, 1),
    (5, 240, 40, True, True, 1),
    (5, 120, 48, True, True, 1),
    (5, 144, 48, True, True, 1),
    (5, 288, 96, True, True, 2),
    (5, 576, 96, True, True, 1),
    (5, 576, 96, True, True, 1),
)


def separable(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """Filter each map with a 3 x 3 kernel of its own, then mix the maps with 1 x 1."""
    return sequential(
        depthwise=ConvNorm(in_channels, in_channels, 3, stride, groups=in_channels),
        pointwise=ConvNorm(in_channels, out_channels, 1),
    )


class MobileNetV1(Classifier):
    """MobileNet V1.

    Parameters
    ----------
    in_channels, num_classes : int
    width : float
        Multiplies every number of channels (the paper's alpha).
    dropout : float

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 7 x 7. 4,231,976 parameters, 568,740,352
    multiply-adds. Departure: the last depthwise convolution has stride 1, as the sizes in the
    paper's table need, where the table prints 2.
    """

    def __init__(
        self,
        in_channels: int = 3,
        num_classes: int = 1000,
        width: float = 1.0,
        dropout: float = 0.001,
    ) -> None:
        channels = round_channels(32 * width)
        stages: dict[str, nn.Module] = {"conv1": ConvNorm(in_channels, channels, 3, stride=2)}
        for i, (out_channels, stride) in enumerate(SEPARABLE):
            widened = round_channels(out_channels * width)
            stages[f"separable{i + 1}"] = separable(channels, widened, stride)
            channels = widened
        head = pooled_head(channels, num_classes, dropout)
        super().__init__(sequential(**stages), head, in_channels, image_size=224)
        initialise(self)


class MobileNetV2(Classifier):
    """MobileNet V2: inverted residuals with linear bottlenecks.

    Parameters
    ----------
    in_channels, num_classes : int
    width : float
        Multiplies every number of channels, of the last convolution only if above 1.
    dropout : float

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 7 x 7. 3,504,872 parameters, 300,774,272
    multiply-adds.
    """

    def __init__(
        self,
        in_channels: int = 3,
        num_classes: int = 1000,
        width: float = 1.0,
        dropout: float = 0.2,
    ) -> None:
        channels = round_channels(32 * width)
        stages: dict[str, nn.Module] = {
            "conv1": ConvNorm(in_channels, channels, 3, stride=2, activation=relu6)
        }
        for i, (expansion, out_channels, blocks, stride) in enumerate(INVERTED):
            stage = nn.Sequential()
            out_channels = round_channels(out_channels * width)
            for j in range(blocks):
                plan = Plan(
                    out_channels,
                    expanded=expansion * channels,
                    stride=stride if j == 0 else 1,
                    activation=relu6,
                )
                stage.append(MBConv(channels, plan))
                channels = out_channels
            stages[f"stage{i + 1}"] = stage
        last = round_channels(1280 * max(1.0, width))
        stages["conv2"] = ConvNorm(channels, last, 1, activation=relu6)
        head = pooled_head(last, num_classes, dropout)
        super().__init__(sequential(**stages), head, in_channels, image_size=224)
        initialise(self)


class MobileNetV3(Classifier):
    """MobileNet V3, large or small.

    Parameters
    ----------
    size : {'large', 'small'}
    in_channels, num_classes : int
    dropout : float

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 7 x 7. The widths were found by search; hard
    swish, x relu6(x + 3) / 6, is a swish without an exponential.

    =====  ==========  =============
    size   parameters  multiply-adds
    =====  ==========  =============
    large   5,483,032    216,589,760
    small   2,542,856     56,510,400
    =====  ==========  =============
    """

    def __init__(
        self,
        size: str = "large",
        in_channels: int = 3,
        num_classes: int = 1000,
        dropout: float = 0.2,
    ) -> None:
        tables = {"large": (LARGE, 1280), "small": (SMALL, 1024)}
        if size not in tables:
            raise ArgumentError("size", "'large' or 'small'", repr(size))
        rows, hidden = tables[size]
        norm = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
        stages: dict[str, nn.Module] = {
            "conv1": ConvNorm(in_channels, 16, 3, stride=2, activation=hardswish, norm=norm)
        }
        channels = 16
        for i, (kernel_size, expanded, out_channels, excite, swish, stride) in enumerate(rows):
            squeezed = round_channels(expanded / 4) if excite else 0
            activation = hardswish if swish else relu
            plan = Plan(out_channels, expanded, kernel_size, stride, squeezed, activation)
            stages[f"bneck{i + 1}"] = MBConv(channels, plan, norm, gate=nn.Hardsigmoid)
            channels = out_channels
        stages["conv2"] = ConvNorm(channels, 6 * channels, 1, activation=hardswish, norm=norm)
        head = sequential(
            pool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            fc1=nn.Linear(6 * channels, hidden),
            hardswish=hardswish(),
            dropout=nn.Dropout(dropout),
            fc2=nn.Linear(hidden, num_classes),
        )
        super().__init__(sequential(**stages), head, in_channels, image_size=224)
        initialise(self)
