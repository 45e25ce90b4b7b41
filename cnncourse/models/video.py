"""Convolution over time: clips (N, C, D, H, W) of D frames to class scores.

Three ways to a network that sees motion, each with the same stages:

- `c3d` slides kernels of 3 x 3 x 3 (Tran et al., "Learning spatiotemporal features with 3D
  convolutional networks", ICCV 2015, arXiv:1412.0767);
- `r2plus1d` divides each into one over space and one over time, with a ReLU between and as many
  parameters (Tran et al., "A closer look at spatiotemporal convolutions for action recognition",
  CVPR 2018, arXiv:1711.11248);
- `inflate` turns a network for images into one for clips (Carreira and Zisserman, "Quo vadis,
  action recognition?", CVPR 2017, arXiv:1705.07750).

`FrameAverage` is what they must beat: a network for images that scores each frame by itself.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.models.blocks import Classifier, pooled_head, relu, sequential

Convolution = Callable[[int, int], nn.Module]
WIDTHS = (8, 16, 32)  # channels of the stages; C3D has 64 to 512 in five


class VideoNet(nn.Module):
    """Stages of a convolution over space and time, norm, ReLU and pool, then the mean of it all.

    As in C3D, the first pool is over space alone, so as not to merge the frames too early; the
    others halve the frames too. Departures: three stages instead of five, one convolution in each,
    batch norm, and the mean of each channel where C3D has two dense layers.

    Parameters
    ----------
    convolution : callable
        From input and output channels to a module that keeps (D, H, W).
    num_classes : int
    in_channels : int
        Colours.
    widths : sequence of int
        Channels of each stage.
    """

    def __init__(
        self,
        convolution: Convolution,
        num_classes: int,
        in_channels: int = 1,
        widths: Sequence[int] = WIDTHS,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.features = nn.Sequential()
        for stage, channels in enumerate(widths):
            block = sequential(
                conv=convolution(in_channels, channels),
                norm=nn.BatchNorm3d(channels),
                relu=relu(),
            )
            if stage < len(widths) - 1:
                block.add_module("pool", nn.MaxPool3d((1, 2, 2) if stage == 0 else 2))
            self.features.add_module(f"stage{stage + 1}", block)
            in_channels = channels
        self.head = sequential(
            pool=nn.AdaptiveAvgPool3d(1), flatten=nn.Flatten(), fc=nn.Linear(channels, num_classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes.

        Parameters
        ----------
        x : float tensor, shape (N, in_channels, D, H, W)

        Returns
        -------
        float tensor, shape (N, num_classes)

        Raises
        ------
        ShapeError
            If the clips have another number of axes or channels.
        """
        check_clips(x, self.in_channels)
        return self.head(self.features(x))


def check_clips(x: Tensor, in_channels: int) -> None:
    """Raise `ShapeError` unless these are clips of so many channels."""
    if x.ndim != 5 or x.shape[1] != in_channels:
        raise ShapeError("x", f"clips of shape (N, {in_channels}, D, H, W)", tuple(x.shape))


def _conv3d(in_channels: int, out_channels: int) -> nn.Module:
    return nn.Conv3d(in_channels, out_channels, 3, padding=1, bias=False)


def c3d(num_classes: int, in_channels: int = 1, widths: Sequence[int] = WIDTHS) -> VideoNet:
    """Build a small C3D: every kernel is 3 x 3 x 3, which the paper found best (Section 3.2).

    Examples
    --------
    >>> import torch
    >>> c3d(num_classes=4)(torch.zeros(2, 1, 8, 16, 16)).shape
    torch.Size([2, 4])
    """
    return VideoNet(_conv3d, num_classes, in_channels, widths)


def middle_channels(
    in_channels: int, out_channels: int, frames: int = 3, kernel_size: int = 3
) -> int:
    """Count the channels between the two convolutions of (2+1)D so that it costs as much as 3D.

    Parameters
    ----------
    in_channels, out_channels : int
    frames, kernel_size : int
        The kernel's extent t in time and d in space.

    Returns
    -------
    int
        M = floor(t d² N_in N_out / (d² N_in + t N_out)), Section 3.5 of arXiv:1711.11248; at
        least 1.

    Examples
    --------
    The paper's layers of 64 channels have 144 between:

    >>> middle_channels(64, 64)
    144
    """
    space = kernel_size**2
    full = frames * space * in_channels * out_channels
    return max(1, full // (space * in_channels + frames * out_channels))


class Conv2Plus1d(nn.Sequential):
    """A convolution over space, norm and ReLU, then a convolution over time.

    Twice the nonlinearities of one in 3D for the same number of weights, and easier to train
    (arXiv:1711.11248, Section 3.5). The frames and the size of the images stay.

    Parameters
    ----------
    in_channels, out_channels : int

    Examples
    --------
    >>> Conv2Plus1d(64, 64).space
    Conv3d(64, 144, kernel_size=(1, 3, 3), stride=(1, 1, 1), padding=(0, 1, 1), bias=False)
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        between = middle_channels(in_channels, out_channels)
        self.space = nn.Conv3d(in_channels, between, (1, 3, 3), padding=(0, 1, 1), bias=False)
        self.norm = nn.BatchNorm3d(between)
        self.relu = relu()
        self.time = nn.Conv3d(between, out_channels, (3, 1, 1), padding=(1, 0, 0), bias=False)


def r2plus1d(num_classes: int, in_channels: int = 1, widths: Sequence[int] = WIDTHS) -> VideoNet:
    """Build a network of `Conv2Plus1d` with the stages of `c3d`.

    Departure from R(2+1)D, which is a ResNet: no shortcuts, to differ from `c3d` in one thing.
    """
    return VideoNet(Conv2Plus1d, num_classes, in_channels, widths)


def frame_net(num_classes: int, in_channels: int = 1, widths: Sequence[int] = WIDTHS) -> Classifier:
    """Build the network for images that has the stages of `c3d`, without time."""
    features = nn.Sequential()
    channels = in_channels
    for stage, width in enumerate(widths):
        block = sequential(
            conv=nn.Conv2d(channels, width, 3, padding=1, bias=False),
            norm=nn.BatchNorm2d(width),
            relu=relu(),
        )
        if stage < len(widths) - 1:
            block.add_module("pool", nn.MaxPool2d(2))
        features.add_module(f"stage{stage + 1}", block)
        channels = width
    smallest = 2 ** (len(widths) - 1)
    return Classifier(features, pooled_head(channels, num_classes), in_channels, 16, smallest)


class FrameAverage(nn.Module):
    """Score each frame by itself and take the mean: a network that is blind to order.

    Parameters
    ----------
    network : nn.Module
        From images (N, C, H, W) to class scores.

    Examples
    --------
    >>> import torch
    >>> network, clips = FrameAverage(frame_net(4)).eval(), torch.rand(2, 1, 8, 16, 16)
    >>> torch.allclose(network(clips), network(clips.flip(2)), atol=1e-6)
    True
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Score the classes: (N, C, D, H, W) -> (N, num_classes)."""
        if x.ndim != 5:
            raise ShapeError("x", "clips of shape (N, C, D, H, W)", tuple(x.shape))
        frames = x.transpose(1, 2).flatten(0, 1)  # (N D, C, H, W)
        return self.network(frames).unflatten(0, (len(x), -1)).mean(dim=1)


class InflatedConv(nn.Conv3d):
    """A convolution of images, repeated over time and divided by the number of repeats.

    A clip in which nothing moves then gives what the image gives: the "boring-video fixed point"
    of I3D (Section 2.4.2). At the ends of a clip this holds only if the frames beyond are copies
    of the first and the last; zeros there, as in space, would darken the ends.

    Parameters
    ----------
    conv : nn.Conv2d
        Zero-padded or not padded.
    frames : int
        The kernel's extent in time, odd.
    """

    def __init__(self, conv: nn.Conv2d, frames: int = 3) -> None:
        if conv.padding_mode != "zeros" or isinstance(conv.padding, str):
            raise ArgumentError("conv", "a padding of zeros, in pixels", conv)
        super().__init__(
            conv.in_channels,
            conv.out_channels,
            (frames, *conv.kernel_size),  # type: ignore[arg-type]
            (1, *conv.stride),  # type: ignore[arg-type]
            (0, *conv.padding),  # type: ignore[arg-type]
            (1, *conv.dilation),  # type: ignore[arg-type]
            conv.groups,
            conv.bias is not None,
            device=conv.weight.device,
            dtype=conv.weight.dtype,
        )
        repeated = conv.weight.detach()[:, :, None].repeat_interleave(frames, dim=2)
        # (C_out, C_in // groups, frames, K_h, K_w)
        self.weight.data.copy_(repeated / frames)
        if self.bias is not None and conv.bias is not None:
            self.bias.data.copy_(conv.bias.detach())

    def forward(self, x: Tensor) -> Tensor:
        """Convolve: (N, C_in, D, H, W) -> (N, C_out, D, H_out, W_out)."""
        ends = self.kernel_size[0] // 2
        return super().forward(functional.pad(x, (0, 0, 0, 0, ends, ends), mode="replicate"))


def inflate(network: nn.Module, frames: int = 3) -> nn.Module:
    """Turn a trained network for images into one for clips that starts with its weights.

    Kernels become as deep as `frames` where they are wider than a pixel (`InflatedConv`), pools
    keep the frames apart until the last, norms keep their statistics.

    Parameters
    ----------
    network : nn.Module
        Of convolutions, batch norms, pools, activations and dense layers; it is left as it is.
    frames : int
        Of the kernels, odd.

    Returns
    -------
    nn.Module
        From clips (N, C, D, H, W) to what the network gives; on a clip of one repeated image,
        what it gives for that image.

    Raises
    ------
    ArgumentError
        If `frames` is even, or a layer knows images only.

    Examples
    --------
    >>> import torch
    >>> flat = frame_net(4).eval()
    >>> deep, image = inflate(flat), torch.rand(2, 1, 16, 16)
    >>> still = image[:, :, None].expand(-1, -1, 8, -1, -1)
    >>> torch.allclose(flat(image), deep(still), atol=1e-6)
    True
    """
    if frames < 1 or frames % 2 == 0:
        raise ArgumentError("frames", "an odd number of at least 1", frames)
    if isinstance(network, Classifier):  # its check is for images
        return sequential(
            features=inflate(network.features, frames), head=inflate(network.head, frames)
        ).train(network.training)
    return _inflated(copy.deepcopy(network), frames).train(network.training)


def _inflated(module: nn.Module, frames: int) -> nn.Module:
    if isinstance(module, nn.Conv2d):
        return InflatedConv(module, frames if max(module.kernel_size) > 1 else 1)
    if isinstance(module, nn.BatchNorm2d):
        return _inflated_norm(module)
    if isinstance(module, nn.MaxPool2d | nn.AvgPool2d):
        return _inflated_pool(module)
    if isinstance(module, nn.AdaptiveAvgPool2d):
        return _inflated_mean(module)
    if type(module).__name__.endswith("2d"):
        raise ArgumentError("network", "layers that have a form for clips", type(module).__name__)
    for name, child in module.named_children():
        setattr(module, name, _inflated(child, frames))
    return module


def _inflated_norm(norm: nn.BatchNorm2d) -> nn.BatchNorm3d:
    deep = nn.BatchNorm3d(
        norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats
    )
    deep.load_state_dict(norm.state_dict(), assign=True)
    return deep


def _inflated_pool(pool: nn.MaxPool2d | nn.AvgPool2d) -> nn.MaxPool3d | nn.AvgPool3d:
    """Pool over space alone: the frames stay."""
    height, width = _pair(pool.kernel_size)
    stride, padding = _pair(pool.stride), _pair(pool.padding)
    sizes = (1, height, width), (1, *stride), (0, *padding)
    if isinstance(pool, nn.MaxPool2d):
        return nn.MaxPool3d(*sizes, (1, *_pair(pool.dilation)), ceil_mode=pool.ceil_mode)
    return nn.AvgPool3d(*sizes, pool.ceil_mode, pool.count_include_pad)


def _inflated_mean(pool: nn.AdaptiveAvgPool2d) -> nn.AdaptiveAvgPool3d:
    if pool.output_size not in (1, (1, 1)):
        raise ArgumentError("network", "a mean over the whole image at its end", pool)
    return nn.AdaptiveAvgPool3d(1)


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    down, across = (value, value) if isinstance(value, int) else value
    return down, across
