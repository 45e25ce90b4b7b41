"""What several architectures share.

Every network here has two parts: `features` makes feature maps from images, stage by stage under
the names of its paper, and `head` makes class scores from the last of them. Read a network's
table off ``print(model.features)``; freeze the one and replace the other to transfer it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from cnncourse.errors import ShapeError

Norm = Callable[[int], nn.Module]
relu = partial(nn.ReLU, inplace=True)


def sequential(**layers: nn.Module) -> nn.Sequential:
    """Chain layers that are known by name.

    Examples
    --------
    >>> sequential(conv=nn.Conv2d(3, 8, 3), relu=nn.ReLU())
    Sequential(
      (conv): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))
      (relu): ReLU()
    )
    """
    chain = nn.Sequential()
    for name, layer in layers.items():
        chain.add_module(name, layer)
    return chain


class Classifier(nn.Module):
    """A network from images to class scores.

    Parameters
    ----------
    features : nn.Sequential
        From images to the last feature maps; its children are the stages of the paper's table.
    head : nn.Sequential
        From those to class scores.
    in_channels : int
        Colours of the images.
    image_size : int
        Height and width that the paper trains on, in pixels.
    smallest : int, optional
        The least height and width that leaves something for every layer, in pixels; None if only
        `image_size` fits.
    """

    def __init__(
        self,
        features: nn.Sequential,
        head: nn.Module,
        in_channels: int,
        image_size: int,
        smallest: int | None = 1,
    ) -> None:
        super().__init__()
        self.features = features
        self.head = head
        self.in_channels = in_channels
        self.image_size = image_size
        self.smallest = smallest

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes.

        Parameters
        ----------
        x : float tensor, shape (N, in_channels, H, W)

        Returns
        -------
        float tensor, shape (N, num_classes)
            Before any softmax.

        Raises
        ------
        ShapeError
            If the images have other channels or another size than the network can take.
        """
        self.check(x)
        return self.head(self.features(x))

    def check(self, x: Tensor) -> None:
        """Raise `ShapeError` unless the network can take `x`."""
        if self.smallest is None:
            fits = x.ndim == 4 and x.shape[2] == x.shape[3] == self.image_size
            size = f"{self.image_size}, {self.image_size}), the only size it takes"
        else:
            fits = x.ndim == 4 and x.shape[2] >= self.smallest and x.shape[3] >= self.smallest
            size = f"H, W) of at least {self.smallest} x {self.smallest} pixels"
            size += f", made for {self.image_size} x {self.image_size}"
        if not fits or x.shape[1] != self.in_channels:
            expected = f"images of shape (N, {self.in_channels}, {size}"
            raise ShapeError("x", expected, tuple(x.shape))


class ConvNorm(nn.Sequential):
    """Convolution without bias, normalisation, activation; padded so that stride 1 keeps the size.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride, groups : int
        As in `torch.nn.Conv2d`; `kernel_size` is odd.
    activation : callable giving a module, optional
        None for no activation.
    norm : callable giving a module, from a number of channels
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        groups: int = 1,
        activation: Callable[[], nn.Module] | None = relu,
        norm: Norm = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        padding = kernel_size // 2
        self.conv = nn.Conv2d(
            in_channels, out_channels, kernel_size, stride, padding, groups=groups, bias=False
        )
        self.norm = norm(out_channels)
        if activation is not None:
            self.activation = activation()


class PreActivation(nn.Sequential):
    """Normalisation, ReLU, then a convolution without bias; padded as in `ConvNorm`.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, stride : int
        As in `torch.nn.Conv2d`; `kernel_size` is odd.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1
    ) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(in_channels)
        self.relu = relu()
        padding = kernel_size // 2
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=False)


class LayerNorm2d(nn.LayerNorm):
    """Layer normalisation of each pixel over its channels, for images (N, C, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalise; the shape stays (N, C, H, W)."""
        # (N, C, H, W) -> (N, H, W, C) -> (N, C, H, W)
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class SqueezeExcitation(nn.Module):
    """Weigh channels by what the whole image holds (Hu et al., arXiv:1709.01507).

    Parameters
    ----------
    channels : int
    squeezed : int
        Channels of the bottleneck between the two dense layers, written as 1 x 1 convolutions.
    activation, gate : callable giving a module
        After the first and after the second; the gate's range is 0 to 1.
    """

    def __init__(
        self,
        channels: int,
        squeezed: int,
        activation: Callable[[], nn.Module] = relu,
        gate: Callable[[], nn.Module] = nn.Sigmoid,
    ) -> None:
        super().__init__()
        self.weigh = sequential(
            pool=nn.AdaptiveAvgPool2d(1),
            reduce=nn.Conv2d(channels, squeezed, 1),
            activation=activation(),
            expand=nn.Conv2d(squeezed, channels, 1),
            gate=gate(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Scale each channel by its weight; the shape stays (N, C, H, W)."""
        return x * self.weigh(x)


class StochasticDepth(nn.Module):
    """Leave a residual branch out, for each image by chance (Huang et al., arXiv:1603.09382).

    Parameters
    ----------
    rate : float
        Probability of leaving it out, in training only. What is kept is divided by 1 - rate, so
        that the expected value stays.

    Examples
    --------
    >>> import torch
    >>> StochasticDepth(0.5).eval()(torch.ones(1, 2))
    tensor([[1., 1.]])
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Keep or drop each image's branch."""
        if not self.training or self.rate == 0:
            return x
        keep = x.new_empty(len(x), *[1] * (x.ndim - 1)).bernoulli_(1 - self.rate)
        return x * keep / (1 - self.rate)

    def extra_repr(self) -> str:
        """Show the rate in ``print(model)``."""
        return f"rate={self.rate:.3g}"


def round_channels(channels: float, divisor: int = 8) -> int:
    """Round to a multiple of `divisor`, never down by more than a tenth.

    Hardware likes channel counts that divide evenly; MobileNetV2 and its descendants round so.

    Examples
    --------
    >>> round_channels(32 * 1.1), round_channels(19), round_channels(11)
    (32, 24, 16)
    """
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded


def pooled_head(channels: int, num_classes: int, dropout: float = 0.0) -> nn.Sequential:
    """Average each channel over the image, then one dense layer (Lin et al., arXiv:1312.4400)."""
    layers: dict[str, nn.Module] = {"pool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
    if dropout:
        layers["dropout"] = nn.Dropout(dropout)
    return sequential(**layers, fc=nn.Linear(channels, num_classes))


def initialise(model: nn.Module) -> None:
    """Start training well with ReLU: He's normal distribution, dense layers small, biases 0.

    Convolutions keep the variance of what flows back (fan-out); see He et al., arXiv:1502.01852.
    Norm layers start at weight 1 and bias 0 by themselves.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.01)
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def initialise_small(model: nn.Module) -> None:
    """Draw every weight from a normal distribution of deviation 0.02, cut at two, biases 0."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.trunc_normal_(module.weight, std=0.02, a=-0.04, b=0.04)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
