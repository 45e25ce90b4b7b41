"""GoogLeNet: kernels of several sizes side by side, cheap through 1 x 1 convolutions.

Szegedy et al., "Going deeper with convolutions", CVPR 2015, arXiv:1409.4842, Table 1 and Figure 3.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.models.blocks import Classifier, ConvNorm, initialise, relu, sequential

# Table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection
INCEPTION = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
AUXILIARY_WEIGHT = 0.3  # Section 5
IMAGENET_COLOURS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # mean and deviation of R, G, B

Conv = Callable[..., nn.Module]


def conv_relu(in_channels: int, out_channels: int, kernel_size: int, stride: int = 1) -> nn.Module:
    """Convolve with bias, then ReLU: the layer of 2014, before batch norm."""
    padding = kernel_size // 2
    conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding)
    return sequential(conv=conv, relu=relu())


class Inception(nn.Module):
    """Four branches, one beside the other.

    Parameters
    ----------
    in_channels : int
    channels : tuple of six int
        A row of `INCEPTION`.
    conv : callable giving a module
    largest : int
        Kernel size of the third branch, 5 in the paper.
    """

    def __init__(
        self, in_channels: int, channels: tuple[int, ...], conv: Conv, largest: int
    ) -> None:
        super().__init__()
        one, reduce3, three, reduce5, five, projection = channels
        self.branch1 = conv(in_channels, one, 1)
        self.branch2 = nn.Sequential(conv(in_channels, reduce3, 1), conv(reduce3, three, 3))
        self.branch3 = nn.Sequential(conv(in_channels, reduce5, 1), conv(reduce5, five, largest))
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1), conv(in_channels, projection, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Run the branches and put their maps beside each other; the size stays."""
        branches = (self.branch1, self.branch2, self.branch3, self.branch4)
        return torch.cat([branch(x) for branch in branches], dim=1)


def recentre(x: Tensor) -> Tensor:
    """Turn colours normalised as for ImageNet into colours from -1 to 1.

    torchvision's weights were trained elsewhere, on colours from -1 to 1; this lets them work on
    the images that all its other weights expect.
    """
    mean, std = (x.new_tensor(colours)[:, None, None] for colours in IMAGENET_COLOURS)
    return (x * std + mean - 0.5) / 0.5


class WithAuxiliary(NamedTuple):
    """What GoogLeNet gives in training: class scores at its end and at two places before it."""

    scores: Tensor
    inception4a: Tensor
    inception4d: Tensor


def auxiliary_loss(output: WithAuxiliary, labels: Tensor) -> Tensor:
    """Cross-entropy of the scores, plus 0.3 times that of each auxiliary head.

    Parameters
    ----------
    output : WithAuxiliary
    labels : int64 tensor, shape (N,)

    Returns
    -------
    float tensor, no axes
    """
    auxiliary = sum(functional.cross_entropy(scores, labels) for scores in output[1:])
    return functional.cross_entropy(output.scores, labels) + AUXILIARY_WEIGHT * auxiliary


class GoogLeNet(Classifier):
    """GoogLeNet, with batch norm as libraries have it or as published in 2014.

    Parameters
    ----------
    in_channels, num_classes : int
    batch_norm : bool
        False for the network of the paper: biases, local response normalisation, 5 x 5 kernels
        in the third branch, dropout of 0.4 (else 0.2).
    auxiliary : bool
        In training, also score the classes after inception4a and inception4d, so that the early
        layers get a gradient of their own; `forward` then returns `WithAuxiliary`.
    recentres : bool
        Bring the colours to -1 to 1 first, as torchvision's weights need; see `recentre`.

    Notes
    -----
    Images of 224 x 224 pixels; the last maps are 7 x 7.

    =========================  ==========  ==============  =============
    form                       parameters  with auxiliary  multiply-adds
    =========================  ==========  ==============  =============
    the paper's                 6,998,552      13,378,280  1,582,671,872
    with batch norm             6,624,904      13,004,888  1,498,376,192
    =========================  ==========  ==============  =============

    The paper's own table adds up to 6,797 thousand parameters. Departures: the form with batch
    norm is torchvision's, where the third branch has 3 x 3 kernels and pool4 a window of 2 x 2. In
    both forms the auxiliary heads average to 4 x 4 whatever the image's size (the paper: 5 x 5
    windows, stride 3), and training starts from He's initialisation.
    """

    def __init__(
        self,
        in_channels: int = 3,
        num_classes: int = 1000,
        batch_norm: bool = True,
        auxiliary: bool = False,
        recentres: bool = False,
    ) -> None:
        norm = partial(nn.BatchNorm2d, eps=0.001)
        conv: Conv = partial(ConvNorm, norm=norm) if batch_norm else conv_relu
        features = sequential(**_stages(in_channels, conv, batch_norm))
        head = sequential(
            pool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            dropout=nn.Dropout(0.2 if batch_norm else 0.4),
            fc=nn.Linear(1024, num_classes),
        )
        super().__init__(features, head, in_channels, 224, smallest=15 if batch_norm else 31)
        self.recentres = recentres
        self.auxiliary = nn.ModuleDict()
        if auxiliary:
            self.auxiliary["inception4a"] = _auxiliary_head(512, num_classes, conv)
            self.auxiliary["inception4d"] = _auxiliary_head(528, num_classes, conv)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor | WithAuxiliary:  # type: ignore[override]
        """Score the classes; in training, at the auxiliary heads as well if there are any."""
        self.check(x)
        if self.recentres:
            x = recentre(x)
        early = {}
        for name, stage in self.features.named_children():
            x = stage(x)
            if self.training and name in self.auxiliary:
                early[name] = self.auxiliary[name](x)
        scores = self.head(x)
        return WithAuxiliary(scores, **early) if early else scores


def _stages(in_channels: int, conv: Conv, batch_norm: bool) -> dict[str, nn.Module]:
    largest = 3 if batch_norm else 5
    pool = partial(nn.MaxPool2d, 3, stride=2, ceil_mode=True)
    normalise = nn.Identity if batch_norm else partial(nn.LocalResponseNorm, 5)
    stages: dict[str, nn.Module] = {
        "conv1": conv(in_channels, 64, 7, 2),
        "pool1": pool(),
        "norm1": normalise(),
        "conv2": nn.Sequential(conv(64, 64, 1), conv(64, 192, 3)),
        "norm2": normalise(),
        "pool2": pool(),
    }
    channels = 192
    for name, widths in INCEPTION.items():
        if name == "4a":
            stages["pool3"] = pool()
        if name == "5a":
            stages["pool4"] = nn.MaxPool2d(2, ceil_mode=True) if batch_norm else pool()
        stages[f"inception{name}"] = Inception(channels, widths, conv, largest)
        one, _, three, _, five, projection = widths
        channels = one + three + five + projection
    return stages


def _auxiliary_head(in_channels: int, num_classes: int, conv: Conv) -> nn.Sequential:
    return sequential(
        pool=nn.AdaptiveAvgPool2d(4),
        conv=conv(in_channels, 128, 1),
        flatten=nn.Flatten(),
        fc1=nn.Linear(4 * 4 * 128, 1024),
        relu=relu(),
        dropout=nn.Dropout(0.7),
        fc2=nn.Linear(1024, num_classes),
    )
