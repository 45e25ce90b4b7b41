"""ResNet for ImageNet, its plain counterpart, Wide ResNet and ResNeXt.

He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016,
arXiv:1512.03385, Table 1. A block learns what to add to its input: y = relu(F(x) + x). The paper
found that a plain network of 34 layers trains worse than one of 18, and that this is unlikely to
come from vanishing gradients, since batch norm kept those healthy: deep plain stacks are hard to
optimise, and shortcuts make it easy.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from cnncourse.models.blocks import Classifier, ConvNorm, initialise, pooled_head, relu, sequential

# blocks in each of the four stages, by depth: Table 1
BLOCKS = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}


class ResidualBlock(nn.Module):
    """Add what `residual` makes of the input to what `shortcut` lets through."""

    def __init__(self, residual: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.residual = residual
        self.shortcut = shortcut
        self.relu = relu()

    def forward(self, x: Tensor) -> Tensor:
        """relu(F(x) + x), with a projection of x where the shape changes."""
        return self.relu(self.residual(x) + self.shortcut(x))


def basic(in_channels: int, channels: int, stride: int) -> nn.Sequential:
    """Two 3 x 3 convolutions: the residual of ResNet-18 and 34 (Figure 5, left)."""
    return sequential(
        conv1=ConvNorm(in_channels, channels, 3, stride),
        conv2=ConvNorm(channels, channels, 3, activation=None),
    )


def bottleneck(
    in_channels: int, out_channels: int, stride: int, narrowing: int = 4, groups: int = 1
) -> nn.Sequential:
    """1 x 1 to fewer channels, 3 x 3, 1 x 1 back (Figure 5, right).

    Parameters
    ----------
    in_channels, out_channels, stride : int
    narrowing : int
        The 3 x 3 convolution has `out_channels / narrowing` channels: 4 in ResNet, 2 in Wide
        ResNet-50-2 and ResNeXt-50 32x4d.
    groups : int
        Of the 3 x 3 convolution; ResNeXt's "cardinality".
    """
    width = out_channels // narrowing
    return sequential(
        conv1=ConvNorm(in_channels, width, 1),
        conv2=ConvNorm(width, width, 3, stride, groups),
        conv3=ConvNorm(width, out_channels, 1, activation=None),
    )


def block(
    residual: Callable[[int, int, int], nn.Sequential],
    in_channels: int,
    out_channels: int,
    stride: int,
    shortcuts: bool,
) -> nn.Module:
    """Put a shortcut around a residual, or only a ReLU after it.

    The shortcut is the identity; where the shape changes it is a 1 x 1 convolution (the paper's
    option B).
    """
    branch = residual(in_channels, out_channels, stride)
    if not shortcuts:
        return sequential(residual=branch, relu=relu())
    if stride == 1 and in_channels == out_channels:
        return ResidualBlock(branch, nn.Identity())
    return ResidualBlock(branch, ConvNorm(in_channels, out_channels, 1, stride, activation=None))


class ResNet(Classifier):
    """ResNet-18, 34, 50, 101 or 152.

    Parameters
    ----------
    depth : {18, 34, 50, 101, 152}
        Layers with weights, projections not counted.
    in_channels, num_classes : int
    shortcuts : bool
        False for the plain counterpart of the degradation experiment.
    narrowing, groups : int
        Of the bottlenecks, from depth 50 on; see `bottleneck`.

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 7 x 7.

    =====  ==========  ==============
    depth  parameters  multiply-adds
    =====  ==========  ==============
    18     11,689,512   1,814,073,344
    34     21,797,672   3,663,761,408
    50     25,557,032   4,089,184,256
    101    44,549,160   7,801,405,440
    152    60,192,808  11,513,626,624
    =====  ==========  ==============

    The plain counterparts lack the projections: 11,515,688 parameters and 1,794,805,760
    multiply-adds with 18 layers, 21,623,848 and 3,644,493,824 with 34.

    Departures: in a bottleneck that halves the size, the 3 x 3 convolution has stride 2, as in
    torchvision, and not the 1 x 1 before it, which would skip three of four pixels. That makes
    ResNet-50 see 427 x 427 pixels at its end instead of 483, for 4.1 instead of 3.8 billion
    multiply-adds.

    Examples
    --------
    >>> import torch
    >>> ResNet(18, num_classes=10)(torch.zeros(2, 3, 64, 64)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        depth: int,
        in_channels: int = 3,
        num_classes: int = 1000,
        shortcuts: bool = True,
        narrowing: int = 4,
        groups: int = 1,
    ) -> None:
        deep = depth >= 50
        residual = partial(bottleneck, narrowing=narrowing, groups=groups) if deep else basic
        widths = (256, 512, 1024, 2048) if deep else (64, 128, 256, 512)
        stages: dict[str, nn.Module] = {
            "conv1": ConvNorm(in_channels, 64, 7, stride=2),
            "pool1": nn.MaxPool2d(3, stride=2, padding=1),
        }
        channels = 64
        for i, (width, blocks) in enumerate(zip(widths, BLOCKS[depth], strict=True)):
            stage = nn.Sequential()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                stage.append(block(residual, channels, width, stride, shortcuts))
                channels = width
            stages[f"conv{i + 2}_x"] = stage
        head = pooled_head(channels, num_classes)
        super().__init__(sequential(**stages), head, in_channels, image_size=224)
        initialise(self)


def wide_resnet50_2(in_channels: int = 3, num_classes: int = 1000) -> ResNet:
    """Wide ResNet-50-2: the 3 x 3 convolutions of ResNet-50 with twice the channels.

    Zagoruyko and Komodakis, "Wide residual networks", BMVC 2016, arXiv:1605.07146, Table 8
    (WRN-50-2-bottleneck). 68,883,240 parameters, 11,398,021,120 multiply-adds at 224 x 224. The
    wide ends of the bottlenecks stay as they were. Departure: stride as in `ResNet`.
    """
    return ResNet(50, in_channels, num_classes, narrowing=2)


def resnext50_32x4d(in_channels: int = 3, num_classes: int = 1000) -> ResNet:
    """ResNeXt-50 32x4d: 3 x 3 convolutions in 32 groups, of 4 channels each in the first stage.

    Xie, Girshick, Dollár, Tu and He, "Aggregated residual transformations for deep neural
    networks", CVPR 2017, arXiv:1611.05431, Table 1. 25,028,904 parameters, 4,230,479,872
    multiply-adds at 224 x 224: as ResNet-50, with more channels in the middle for the same cost.
    """
    return ResNet(50, in_channels, num_classes, narrowing=2, groups=32)
