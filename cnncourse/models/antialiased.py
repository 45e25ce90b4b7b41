"""Pooling that blurs before it skips, and a small network with and without it.

Zhang, "Making convolutional networks shift-invariant again", arXiv:1904.11486.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError
from cnncourse.models.blocks import Classifier, ConvNorm, initialise, sequential


class BlurPool2d(nn.Module):
    """Average each channel with binomial weights, and keep every `stride`-th pixel.

    Parameters
    ----------
    channels : int
    kernel_size : int
        2, 3, 4, 5 ...: weights (1, 1), (1, 2, 1), (1, 3, 3, 1) and so on, both ways.
    stride : int

    Raises
    ------
    ArgumentError
        If the kernel has less than two pixels.

    Examples
    --------
    >>> x = torch.tensor([[[[0.0, 0, 4, 0, 0, 0]] * 6]])
    >>> BlurPool2d(1)(x)[0, 0, 0].tolist()
    [0.0, 2.0, 0.0]
    """

    weight: Tensor

    def __init__(self, channels: int, kernel_size: int = 3, stride: int = 2) -> None:
        super().__init__()
        if kernel_size < 2:
            raise ArgumentError("kernel_size", "at least 2 pixels", kernel_size)
        row = torch.tensor([float(comb(kernel_size - 1, k)) for k in range(kernel_size)])
        weight = torch.outer(row, row) / row.sum() ** 2
        weight = weight.expand(channels, 1, -1, -1).clone()
        self.register_buffer("weight", weight, persistent=False)
        self.stride = stride
        before, after = (kernel_size - 1) // 2, kernel_size // 2
        self.pads = (before, after, before, after)

    def forward(self, x: Tensor) -> Tensor:
        """Shrink: (N, C, H, W) -> (N, C, ceil(H / stride), ceil(W / stride)); edges mirror."""
        padded = functional.pad(x, self.pads, mode="reflect")
        return functional.conv2d(padded, self.weight, stride=self.stride, groups=len(self.weight))


def max_pool(channels: int, blurred: bool) -> nn.Module:
    """Halve the size by maxima over 2 x 2; blurred, take every maximum and blur before skipping.

    Parameters
    ----------
    channels : int
    blurred : bool
        As in Figure 4 of the paper, with a filter of 3 x 3.

    Returns
    -------
    nn.Module
    """
    if not blurred:
        return nn.MaxPool2d(2)
    return sequential(max=nn.MaxPool2d(2, stride=1), blur=BlurPool2d(channels))


class PooledCNN(Classifier):
    """Three convolutions, a pooling after each of the first two, and the maximum of what is left.

    It asks what there is anywhere, as a small object among clutter needs it: a mean would drown it
    (Oquab and others, "Is object localization for free?", CVPR 2015, take the maximum for that).
    Its last maps have a quarter of the image's size, which suits explanations of where it looks;
    its first filters have 5 x 5 pixels, which can be looked at.

    Parameters
    ----------
    num_classes : int
    blurred : bool
        Pool with `BlurPool2d`.
    in_channels : int
    channels : three int

    Examples
    --------
    >>> PooledCNN(10, blurred=True)(torch.zeros(2, 1, 32, 32)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        num_classes: int,
        blurred: bool = False,
        in_channels: int = 1,
        channels: Sequence[int] = (16, 32, 64),
    ) -> None:
        first, second, third = channels
        features = sequential(
            conv1=ConvNorm(in_channels, first, kernel_size=5),
            pool1=max_pool(first, blurred),
            conv2=ConvNorm(first, second),
            pool2=max_pool(second, blurred),
            conv3=ConvNorm(second, third),
        )
        head = sequential(
            pool=nn.AdaptiveMaxPool2d(1), flatten=nn.Flatten(), fc=nn.Linear(third, num_classes)
        )
        super().__init__(features, head, in_channels, image_size=32, smallest=8)
        initialise(self)
