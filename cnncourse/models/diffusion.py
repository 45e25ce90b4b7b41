"""Denoising diffusion: noise that is added in small steps, and a U-Net that takes it away.

Ho, Jain and Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020, arXiv:2006.11239;
the equations below are that paper's.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.blocks import sequential


class Diffusion(nn.Module):
    """How much noise each step adds, and how one goes back.

    Parameters
    ----------
    steps : int
        T: 1,000 in the paper.

    Notes
    -----
    The variances rise in a line, from 0.0001 to 0.02 at 1,000 steps as in Section 4; with fewer
    steps each is larger in proportion, so that as little of the image is left at the end. Steps
    count from 0 here and from 1 in the paper.

    Examples
    --------
    >>> diffusion = Diffusion(steps=100)
    >>> round(diffusion.signal[0].item(), 3), diffusion.signal[-1].item() < 1e-4
    (0.999, True)
    """

    beta: Tensor
    alpha: Tensor
    signal: Tensor

    def __init__(self, steps: int = 1000) -> None:
        super().__init__()
        if steps < 20:
            raise ArgumentError("steps", "at least 20, so that each stays small", steps)
        beta = torch.linspace(1e-4, 0.02, steps, dtype=torch.float64) * 1000 / steps
        self.steps = steps
        self.register_buffer("beta", beta.float())
        self.register_buffer("alpha", (1 - beta).float())
        self.register_buffer("signal", (1 - beta).cumprod(0).float())  # alpha-bar

    def q_sample(self, x: Tensor, step: Tensor, noise: Tensor) -> Tensor:
        """Add the noise of all steps up to one at once (equation 4).

        Parameters
        ----------
        x : float tensor, shape (N, C, H, W)
            Images, about -1 to 1.
        step : int64 tensor, shape (N,)
            From 0 to steps - 1.
        noise : float tensor, shape (N, C, H, W)
            Standard normal.

        Returns
        -------
        float tensor, shape (N, C, H, W)
            sqrt(signal) x + sqrt(1 - signal) noise: of variance 1 if x has variance 1.
        """
        if noise.shape != x.shape:
            raise ShapeError("noise", f"the shape of x {tuple(x.shape)}", tuple(noise.shape))
        signal = self.signal[step][:, None, None, None]
        return signal.sqrt() * x + (1 - signal).sqrt() * noise

    def clean(self, x: Tensor, step: int, noise: Tensor) -> Tensor:
        """Take noise out of x at once: `q_sample` solved for its x.

        Parameters
        ----------
        x : float tensor, shape (N, C, H, W)
            Images after `step`.
        step : int
        noise : float tensor, shape (N, C, H, W)
            What the network takes for noise.

        Returns
        -------
        float tensor, shape (N, C, H, W)
        """
        signal = self.signal[step]
        return (x - (1 - signal).sqrt() * noise) / signal.sqrt()

    def posterior(self, clean: Tensor, x: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """Go one step back from x, if one knew the image without noise (equations 6 and 7).

        Parameters
        ----------
        clean, x : float tensor, shape (N, C, H, W)
            Images without noise, and after `step`.
        step : int

        Returns
        -------
        mean : float tensor, shape (N, C, H, W)
        deviation : float tensor without axes
            0 for the last step back.
        """
        beta, alpha, signal = self.beta[step], self.alpha[step], self.signal[step]
        before = self.signal[step - 1] if step else torch.ones_like(signal)
        of_clean = before.sqrt() * beta / (1 - signal)
        of_x = alpha.sqrt() * (1 - before) / (1 - signal)
        deviation = ((1 - before) / (1 - signal) * beta).sqrt()
        return of_clean * clean + of_x * x, deviation

    def loss(self, model: nn.Module, x: Tensor) -> Tensor:
        """Compare the noise that was added with what the network says (equation 14)."""
        step = torch.randint(self.steps, (len(x),), device=x.device)
        noise = torch.randn_like(x)
        return (model(self.q_sample(x, step, noise), step) - noise).square().mean()

    @torch.no_grad()
    def sample(self, model: nn.Module, shape: tuple[int, int, int, int]) -> list[Tensor]:
        """Begin with noise alone and take it away step by step (Algorithm 2).

        As in the paper's code, what the network takes for the image is kept from -1 to 1.

        Parameters
        ----------
        model : nn.Module
            From noisy images and steps to the noise.
        shape : (int, int, int, int)
            N, C, H, W.

        Returns
        -------
        list of float tensors, shape (N, C, H, W)
            The noise, and the images after each step; the last are the samples.
        """
        x = torch.randn(shape, device=self.beta.device)
        path = [x]
        for step in reversed(range(self.steps)):
            steps = torch.full((len(x),), step, device=x.device)
            clean = self.clean(x, step, model(x, steps)).clip(-1, 1)
            mean, deviation = self.posterior(clean, x, step)
            x = mean + deviation * torch.randn_like(x)
            path.append(x)
        return path


class Denoiser(nn.Module):
    """A U-Net of two levels that is told the step, and says which noise is in the image.

    Parameters
    ----------
    width : int
        Channels of the fine level, a multiple of 8; the coarse one has twice as many.
    in_channels : int

    Notes
    -----
    For images of 8 × 8 or 16 × 16 pixels. Departures: two levels in place of four, one residual
    block for each, no attention, and no dropout.

    Examples
    --------
    >>> Denoiser(width=8)(torch.zeros(3, 1, 8, 8), torch.tensor([0, 5, 9])).shape
    torch.Size([3, 1, 8, 8])
    """

    def __init__(self, width: int = 32, in_channels: int = 1) -> None:
        super().__init__()
        if width < 8 or width % 8:
            raise ArgumentError("width", "a multiple of 8", width)
        self.width, self.in_channels = width, in_channels
        told = 4 * width
        self.tell = sequential(
            expand=nn.Linear(width, told), silu=nn.SiLU(), mix=nn.Linear(told, told)
        )
        self.stem = nn.Conv2d(in_channels, width, 3, padding=1)
        self.fine = ToldBlock(width, width, told)
        self.down = nn.Conv2d(width, width, 3, stride=2, padding=1)
        self.coarse = nn.ModuleList(
            [ToldBlock(width, 2 * width, told), ToldBlock(2 * width, 2 * width, told)]
        )
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.merge = ToldBlock(2 * width, width, told)
        self.head = sequential(
            norm=nn.GroupNorm(8, width), silu=nn.SiLU(),
            conv=nn.Conv2d(width, in_channels, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor, step: Tensor) -> Tensor:
        """Tell the noise.

        Parameters
        ----------
        x : float tensor, shape (N, C, H, W)
            Even sizes.
        step : int64 tensor, shape (N,)

        Returns
        -------
        float tensor, shape (N, C, H, W)
        """
        if x.ndim != 4 or x.shape[1] != self.in_channels or any(s % 2 for s in x.shape[2:]):
            expected = f"shape (N, {self.in_channels}, H, W) with even sizes"
            raise ShapeError("x", expected, tuple(x.shape))
        told = self.tell(embed_steps(step, self.width))
        fine = self.fine(self.stem(x), told)
        x = self.down(fine)
        for block in self.coarse:
            x = block(x, told)
        return self.head(self.merge(torch.cat((fine, self.up(x)), dim=1), told))


class ToldBlock(nn.Module):
    """A residual block that adds what it is told to every pixel.

    Parameters
    ----------
    in_channels, out_channels : int
        Multiples of 8.
    told : int
        Numbers that it is told.
    """

    def __init__(self, in_channels: int, out_channels: int, told: int) -> None:
        super().__init__()
        self.first = _norm_conv(in_channels, out_channels)
        self.tell = nn.Linear(told, out_channels)
        self.second = _norm_conv(out_channels, out_channels)
        same = in_channels == out_channels
        self.shortcut = nn.Identity() if same else nn.Conv2d(in_channels, out_channels, 1)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        """Transform: (N, C_in, H, W) and (N, told) -> (N, C_out, H, W)."""
        y = self.first(x) + self.tell(told)[:, :, None, None]
        return self.shortcut(x) + self.second(y)


def embed_steps(step: Tensor, width: int) -> Tensor:
    """Write each step's number as sines and cosines of falling frequency.

    Parameters
    ----------
    step : int64 tensor, shape (N,)
    width : int
        Even.

    Returns
    -------
    float tensor, shape (N, width)

    References
    ----------
    Vaswani et al., "Attention is all you need", arXiv:1706.03762, Section 3.5.

    Examples
    --------
    >>> embed_steps(torch.tensor([0]), 4).tolist()
    [[0.0, 0.0, 1.0, 1.0]]
    """
    half = torch.arange(width // 2, device=step.device) / (width // 2)
    angles = step[:, None] * torch.exp(-math.log(10_000) * half)  # (N, width / 2)
    return torch.cat((angles.sin(), angles.cos()), dim=1)


def _norm_conv(in_channels: int, out_channels: int) -> nn.Sequential:
    return sequential(
        norm=nn.GroupNorm(8, in_channels), silu=nn.SiLU(),
        conv=nn.Conv2d(in_channels, out_channels, 3, padding=1),
    )  # fmt: skip
