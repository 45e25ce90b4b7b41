"""Two ways to hear a word: a picture of it seen in two dimensions, its wave in one."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.blocks import ConvNorm, initialise, pooled_head, sequential
from cnncourse.shapes import Window


class SpectrogramCNN(nn.Module):
    """A small network of 3 x 3 convolutions for log-mel spectrograms, seen as grey images.

    Each stage is a convolution and a maximum over 2 x 2. The average over what is left lets it take
    words of any length. A normalisation in front brings decibels to the range that weights like.

    Parameters
    ----------
    num_classes : int
    channels : sequence of int
        Of each stage.

    References
    ----------
    In the manner of T. N. Sainath and C. Parada, "Convolutional neural networks for small-footprint
    keyword spotting", Interspeech 2015, with today's parts.

    Examples
    --------
    >>> SpectrogramCNN(10)(torch.zeros(2, 1, 40, 48)).shape
    torch.Size([2, 10])
    """

    def __init__(self, num_classes: int, channels: Sequence[int] = (16, 32, 48)) -> None:
        super().__init__()
        stages: dict[str, nn.Module] = {"norm": nn.BatchNorm2d(1)}
        for number, (before, after) in enumerate(zip((1, *channels), channels, strict=False), 1):
            stages[f"conv{number}"] = ConvNorm(before, after)
            stages[f"pool{number}"] = nn.MaxPool2d(2)
        self.smallest = 2 ** len(channels)
        self.features = sequential(**stages)
        self.head = pooled_head(channels[-1], num_classes)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes.

        Parameters
        ----------
        x : float tensor, shape (N, 1, mels, frames)
            Decibels.

        Returns
        -------
        float tensor, shape (N, num_classes)
            Before any softmax.

        Raises
        ------
        ShapeError
            If it is no grey image that every stage can halve.
        """
        if x.ndim != 4 or x.shape[1] != 1 or min(x.shape[2:]) < self.smallest:
            expected = f"(N, 1, mels, frames), at least {self.smallest} of each"
            raise ShapeError("x", expected, tuple(x.shape))
        return self.head(self.features(x))


class CausalConv1d(nn.Conv1d):
    """A convolution along time that hears the past and the present, never the future.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, dilation : int
        As in `torch.nn.Conv1d`. Zeros stand before the beginning.

    Examples
    --------
    >>> layer = CausalConv1d(1, 1, kernel_size=2, dilation=4)
    >>> layer(torch.zeros(1, 1, 20)).shape
    torch.Size([1, 1, 20])
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1,
        dilation: int = 1,
    ) -> None:  # fmt: skip
        super().__init__(in_channels, out_channels, kernel_size, stride, dilation=dilation)
        self.past = (kernel_size - 1) * dilation  # samples

    def forward(self, x: Tensor) -> Tensor:
        """Convolve: (N, C_in, L) -> (N, C_out, ceil(L / stride))."""
        return super().forward(functional.pad(x, (self.past, 0)))


class GatedBlock(nn.Module):
    """A layer of WaveNet: a gated dilated convolution, a residual and a skip (Figure 4, eq. 2).

    Parameters
    ----------
    channels : int
        Of the residual.
    skip_channels : int
    dilation : int
    last : bool
        No layer follows that the residual would go to.
    """

    def __init__(
        self, channels: int, skip_channels: int, dilation: int, last: bool = False
    ) -> None:
        super().__init__()
        # the filter and its gate in one convolution
        self.dilated = CausalConv1d(channels, 2 * channels, kernel_size=2, dilation=dilation)
        self.residual = None if last else nn.Conv1d(channels, channels, 1)
        self.skip = nn.Conv1d(channels, skip_channels, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Transform: (N, C, L) -> the next layer's input, and (N, C_skip, L) for the end."""
        what, how_much = self.dilated(x).chunk(2, dim=1)
        z = torch.tanh(what) * torch.sigmoid(how_much)
        return x if self.residual is None else x + self.residual(z), self.skip(z)


class WaveNetClassifier(nn.Module):
    """WaveNet as the paper recognises speech with it: on the wave, without a spectrogram.

    Dilations 1, 2, 4 ... are repeated in stacks, so that the receptive field grows exponentially
    with depth; the skips of all layers are added. Section 3.4 then takes means over 10 ms and goes
    on with convolutions that are not causal. The loss for the next sample, which the paper adds in
    training, is left out. So that a laptop can train it, the first convolution moves on by `stride`
    samples and hears twice as many, and the layers have few channels; no wave is cut into levels.

    Parameters
    ----------
    num_classes : int
    channels, skip_channels : int
    dilations : sequence of int
        Of a stack, in steps of `stride` samples.
    stacks : int
    stride : int
        Samples.
    pooled : int
        Steps that are averaged: 10 of 8 samples at 8 kHz are 10 ms.

    References
    ----------
    van den Oord and others, "WaveNet: a generative model for raw audio", arXiv:1609.03499.

    Examples
    --------
    >>> WaveNetClassifier(10)(torch.zeros(2, 1, 4000)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        num_classes: int,
        channels: int = 16,
        skip_channels: int = 32,
        dilations: Sequence[int] = (1, 2, 4, 8, 16, 32),
        stacks: int = 2,
        stride: int = 8,
        pooled: int = 10,
    ) -> None:
        super().__init__()
        if stacks < 1 or not dilations:
            raise ArgumentError("stacks, dilations", "at least one layer", (stacks, dilations))
        self.dilations = tuple(dilations) * stacks
        self.stride, self.pooled = stride, pooled
        self.first = CausalConv1d(1, channels, kernel_size=2 * stride, stride=stride)
        self.blocks = nn.ModuleList(
            GatedBlock(channels, skip_channels, dilation, last=number == len(self.dilations))
            for number, dilation in enumerate(self.dilations, 1)
        )
        width = 2 * skip_channels
        self.head = sequential(
            relu=nn.ReLU(),
            pool=nn.AvgPool1d(pooled, ceil_mode=True),
            norm=nn.BatchNorm1d(skip_channels),
            conv1=nn.Conv1d(skip_channels, width, 3, padding=1),
            relu1=nn.ReLU(),
            conv2=nn.Conv1d(width, width, 3, padding=1),
            relu2=nn.ReLU(),
            mean=nn.AdaptiveAvgPool1d(1),
            flatten=nn.Flatten(),
            fc=nn.Linear(width, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes.

        Parameters
        ----------
        x : float tensor, shape (N, 1, L)
            Samples from -1 to 1.

        Returns
        -------
        float tensor, shape (N, num_classes)
            Before any softmax.

        Raises
        ------
        ShapeError
            If it is no sound of one channel.
        """
        if x.ndim != 3 or x.shape[1] != 1 or not x.shape[2]:
            raise ShapeError("x", "sounds of shape (N, 1, L)", tuple(x.shape))
        return self.head(self.hear(x))

    def hear(self, x: Tensor) -> Tensor:
        """Add up the skips of all layers, each causal: (N, 1, L) -> (N, C_skip, L / stride)."""
        x = self.first(x)
        total = torch.zeros((), device=x.device)
        for block in self.blocks:
            x, skip = block(x)
            total = total + skip
        return total

    def windows(self) -> list[Window]:
        """List the layers that widen the receptive field, for `shapes.receptive_field`."""
        first = Window(self.first.kernel_size[0], self.stride)
        return [first, *(Window(2, dilation=dilation) for dilation in self.dilations)]
