"""DCGAN: a generator and a discriminator made of convolutions.

Radford, Metz and Chintala, "Unsupervised representation learning with deep convolutional
generative adversarial networks", ICLR 2016, arXiv:1511.06434, Section 3 and Figure 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.blocks import relu

FIRST = 2  # pixels, height and width of the generator's first maps


class Generator(nn.Module):
    """From random numbers to images: transposed convolutions that double the size.

    Parameters
    ----------
    latent : int
        Random numbers for each image: 100 in the paper.
    widths : sequence of int
        Channels of each size, from 2 × 2 on: images have 2 ** (len(widths) + 1) pixels each way.
    out_channels : int

    Notes
    -----
    As in the paper: norms and ReLU everywhere but at the end, which has tanh; no pooling, no dense
    layers; weights drawn with a deviation of 0.02. Departure: it begins at 2 × 2 in place of
    4 × 4, for images of 8 × 8.

    Examples
    --------
    >>> import torch
    >>> Generator(latent=16, widths=(32, 16))(torch.zeros(5, 16)).shape
    torch.Size([5, 1, 8, 8])
    """

    def __init__(
        self, latent: int = 32, widths: Sequence[int] = (64, 32), out_channels: int = 1
    ) -> None:
        super().__init__()
        _check_widths(widths)
        self.latent = latent
        layers: list[nn.Module] = [nn.ConvTranspose2d(latent, widths[0], FIRST, bias=False)]
        for before, after in pairwise(widths):
            layers += [nn.BatchNorm2d(before), relu(), _double(before, after)]
        layers += [nn.BatchNorm2d(widths[-1]), relu()]
        layers += [_double(widths[-1], out_channels, bias=True), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        _initialise(self)

    def forward(self, z: Tensor) -> Tensor:
        """Make images with values from -1 to 1: (N, latent) -> (N, C, H, W)."""
        if z.ndim != 2 or z.shape[1] != self.latent:
            raise ShapeError("z", f"shape (N, {self.latent})", tuple(z.shape))
        return self.layers(z[:, :, None, None])


class Discriminator(nn.Module):
    """From images to one score each: how real it looks.

    Parameters
    ----------
    widths : sequence of int
        Channels after each convolution that halves the size, down to 2 × 2.
    in_channels : int

    Notes
    -----
    As in the paper: strides in place of pooling, leaky ReLU of slope 0.2, norms but not on the
    first layer. The score is a logit, positive for real.

    Examples
    --------
    >>> import torch
    >>> Discriminator(widths=(16, 32))(torch.zeros(5, 1, 8, 8)).shape
    torch.Size([5])
    """

    def __init__(self, widths: Sequence[int] = (32, 64), in_channels: int = 1) -> None:
        super().__init__()
        _check_widths(widths)
        self.in_channels, self.size = in_channels, FIRST * 2 ** len(widths)
        layers: list[nn.Module] = [_halve(in_channels, widths[0], bias=True), _leaky()]
        for before, after in pairwise(widths):
            layers += [_halve(before, after), nn.BatchNorm2d(after), _leaky()]
        layers.append(nn.Conv2d(widths[-1], 1, FIRST))
        self.layers = nn.Sequential(*layers)
        _initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """Score images with values from -1 to 1: (N, C, H, W) -> (N,)."""
        expected = (self.in_channels, self.size, self.size)
        if x.ndim != 4 or x.shape[1:] != expected:
            raise ShapeError("x", f"shape (N, {', '.join(map(str, expected))})", tuple(x.shape))
        return self.layers(x).flatten()


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Punish low scores of real images and high scores of generated ones.

    Parameters
    ----------
    real, fake : float tensor, shape (N,)
        The discriminator's logits.

    Returns
    -------
    float tensor without axes
        -mean log D(x) - mean log(1 - D(G(z))), with D the sigmoid of the score.

    References
    ----------
    Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, arXiv:1406.2661, equation 1.
    """
    return functional.softplus(-real).mean() + functional.softplus(fake).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """Punish generated images that are found out: -mean log D(G(z)).

    This is the paper's second form (Section 3): log(1 - D(G(z))) is flat where the discriminator
    is sure, which it is at the beginning.

    Parameters
    ----------
    fake : float tensor, shape (N,)
        The discriminator's logits of generated images.
    """
    return functional.softplus(-fake).mean()


def _check_widths(widths: Sequence[int]) -> None:
    if not widths or min(widths) < 1:
        raise ArgumentError("widths", "at least one number of channels", tuple(widths))


def _double(in_channels: int, out_channels: int, bias: bool = False) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(in_channels, out_channels, 4, stride=2, padding=1, bias=bias)


def _halve(in_channels: int, out_channels: int, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, 4, stride=2, padding=1, bias=bias)


def _leaky() -> nn.LeakyReLU:
    return nn.LeakyReLU(0.2, inplace=True)


def _initialise(model: nn.Module) -> None:
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
