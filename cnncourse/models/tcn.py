"""A temporal convolutional network: dilated convolutions that see the past and never the future.

Bai, Kolter and Koltun, "An empirical evaluation of generic convolutional and recurrent networks for
sequence modeling", arXiv:1803.01271, Section 3 and Figure 1.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.blocks import sequential
from cnncourse.shapes import ReceptiveField, Window, receptive_field, window_size


class CausalConv1d(nn.Conv1d):
    """A convolution whose output at time t sees the input up to t and nothing after it.

    All its zeros stand before the series, as many as the kernel reaches back, so the length stays
    (Section 3.2 of the paper).

    Parameters
    ----------
    in_channels, out_channels, kernel_size : int
    dilation : int
        Samples from one tap to the next (equation 1).
    bias : bool

    Examples
    --------
    >>> import torch
    >>> CausalConv1d(3, 8, kernel_size=2, dilation=4)(torch.zeros(1, 3, 20)).shape
    torch.Size([1, 8, 20])
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, dilation: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, dilation=dilation, bias=bias)
        self.past = window_size(kernel_size, dilation) - 1

    def forward(self, x: Tensor) -> Tensor:
        """Convolve with the past.

        Parameters
        ----------
        x : float tensor, shape (N, C, L)

        Returns
        -------
        float tensor, shape (N, out_channels, L)

        Raises
        ------
        ShapeError
            If `x` is not of that shape.
        """
        if x.ndim != 3 or x.shape[1] != self.in_channels:
            expected = f"series of shape (N, {self.in_channels}, L)"
            raise ShapeError("x", expected, tuple(x.shape))
        return super().forward(functional.pad(x, (self.past, 0)))


class TemporalBlock(nn.Module):
    """Two causal convolutions with weight norm, ReLU and dropout, beside a shortcut.

    Figure 1(b) of the paper: the shortcut has a 1 × 1 convolution where the channels change.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, dilation : int
    dropout : float
        Share of the channels that is left out, each for the whole series.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, dilation: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()

        def convolution(channels: int) -> nn.Module:
            return weight_norm(CausalConv1d(channels, out_channels, kernel_size, dilation))

        self.residual = sequential(
            conv1=convolution(in_channels), relu1=nn.ReLU(), dropout1=nn.Dropout1d(dropout),
            conv2=convolution(out_channels), relu2=nn.ReLU(), dropout2=nn.Dropout1d(dropout),
        )  # fmt: skip
        changes = in_channels != out_channels
        self.shortcut = nn.Conv1d(in_channels, out_channels, 1) if changes else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Change the series: (N, in_channels, L) -> (N, out_channels, L)."""
        return functional.relu(self.residual(x) + self.shortcut(x))


class TCN(nn.Module):
    """From a series to one of the same length, each of whose values knows only the past.

    Block i is dilated by 2^i, so the receptive field doubles with each block while the work grows
    by as much as before: 1 + 2 (kernel_size - 1) (2^depth - 1) samples.

    Parameters
    ----------
    in_channels, out_channels : int
    channels : int
        Of every block.
    depth : int
        Blocks.
    kernel_size : int
    dropout : float

    Examples
    --------
    >>> import torch
    >>> network = TCN(in_channels=1, out_channels=2, channels=8, depth=4, kernel_size=3)
    >>> network(torch.zeros(5, 1, 100)).shape, network.field().size
    (torch.Size([5, 2, 100]), 61)
    """

    def __init__(
        self, in_channels: int, out_channels: int, channels: int, depth: int,
        kernel_size: int = 3, dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if depth < 1:
            raise ArgumentError("depth", "at least 1 block", depth)
        self.blocks = nn.Sequential(*(
            TemporalBlock(channels if i else in_channels, channels, kernel_size, 2**i, dropout)
            for i in range(depth)
        ))
        self.head = nn.Conv1d(channels, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Answer at every time.

        Parameters
        ----------
        x : float tensor, shape (N, in_channels, L)

        Returns
        -------
        float tensor, shape (N, out_channels, L)

        Raises
        ------
        ShapeError
            If `x` is not of that shape.
        """
        return self.head(self.blocks(x))

    def windows(self) -> list[Window]:
        """Name the convolutions along the longest way from input to output, for `shapes`."""
        convolutions = (m for m in self.blocks.modules() if isinstance(m, CausalConv1d))
        return [
            Window(conv.kernel_size[0], padding=conv.past, dilation=conv.dilation[0])
            for conv in convolutions
        ]

    def field(self) -> ReceptiveField:
        """Tell what an output sees: `size` samples, the last of them its own time."""
        return receptive_field(self.windows())[-1]


class SeriesClassifier(nn.Module):
    """A TCN whose channels are averaged over time, then weighed into class scores.

    Parameters
    ----------
    in_channels, num_classes, channels, depth, kernel_size : int
    dropout : float
        As in `TCN`.

    Examples
    --------
    >>> import torch
    >>> network = SeriesClassifier(in_channels=2, num_classes=5, channels=8, depth=3)
    >>> network(torch.zeros(4, 2, 64)).shape
    torch.Size([4, 5])
    """

    def __init__(
        self, in_channels: int, num_classes: int, channels: int, depth: int,
        kernel_size: int = 3, dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.tcn = TCN(in_channels, num_classes, channels, depth, kernel_size, dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes.

        Parameters
        ----------
        x : float tensor, shape (N, in_channels, L)

        Returns
        -------
        float tensor, shape (N, num_classes)
            Before any softmax. Averaging before or after the last 1 × 1 convolution is the same.
        """
        return self.tcn(x).mean(dim=2)
