"""The small ResNets for CIFAR-10, their plain counterparts, and pre-activation.

He et al., arXiv:1512.03385, Section 4.2: three stages of n blocks with 16, 32 and 64 channels, so
6n + 2 layers. Small enough to repeat the paper's experiment: plain networks get worse with depth,
in training error too, and residual ones do not.

He et al., "Identity mappings in deep residual networks", ECCV 2016, arXiv:1603.05027, moves the
norm and the ReLU in front of the convolutions. Nothing then follows the addition, so the signal
(and its gradient) passes from any block to any later one unchanged.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from cnncourse.errors import ArgumentError
from cnncourse.models.blocks import (
    Classifier,
    ConvNorm,
    PreActivation,
    initialise,
    pooled_head,
    relu,
    sequential,
)
from cnncourse.models.resnet import ResidualBlock, basic

WIDTHS = (16, 32, 64)


class PaddedShortcut(nn.Module):
    """Take every second pixel and add channels of zeros: the paper's option A, no parameters."""

    def __init__(self, extra_channels: int) -> None:
        super().__init__()
        self.extra_channels = extra_channels

    def forward(self, x: Tensor) -> Tensor:
        """Halve the size and widen: (N, C, H, W) -> (N, C + extra, ceil(H / 2), ceil(W / 2))."""
        before = self.extra_channels // 2
        return functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, before, self.extra_channels - before))


def blocks_per_stage(depth: int, layers_per_block: int) -> int:
    """Turn a depth into n, the number of blocks in each of the three stages."""
    blocks, rest = divmod(depth - 2, 3 * layers_per_block)
    if rest or blocks < 1:
        step = 3 * layers_per_block
        raise ArgumentError("depth", f"{step} n + 2 with n of at least 1", depth)
    return blocks


class CifarResNet(Classifier):
    """ResNet-20, 32, 44, 56, 110, or any of 6 n + 2 layers.

    Parameters
    ----------
    depth : int
        6 n + 2 for n blocks in each stage.
    in_channels, num_classes : int
    shortcuts : bool
        False for the plain counterpart.

    Notes
    -----
    Images of 32 x 32 pixels; the last maps are 8 x 8. As in the paper: shortcuts have no
    parameters (option A), so plain and residual networks have exactly the same.

    =====  ==========  =============
    depth  parameters  multiply-adds
    =====  ==========  =============
    20        269,722     40,551,040
    32        464,154     68,862,592
    44        658,586     97,174,144
    56        853,018    125,485,696
    110     1,727,962    252,887,680
    =====  ==========  =============
    """

    def __init__(
        self, depth: int, in_channels: int = 3, num_classes: int = 10, shortcuts: bool = True
    ) -> None:
        blocks = blocks_per_stage(depth, layers_per_block=2)
        stages: dict[str, nn.Module] = {"conv1": ConvNorm(in_channels, WIDTHS[0])}
        channels = WIDTHS[0]
        for i, width in enumerate(WIDTHS):
            stage = nn.Sequential()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                stage.append(self._block(channels, width, stride, shortcuts))
                channels = width
            stages[f"stage{i + 1}"] = stage
        head = pooled_head(channels, num_classes)
        super().__init__(sequential(**stages), head, in_channels, image_size=32)
        initialise(self)

    @staticmethod
    def _block(in_channels: int, channels: int, stride: int, shortcuts: bool) -> nn.Module:
        residual = basic(in_channels, channels, stride)
        if not shortcuts:
            return sequential(residual=residual, relu=relu())
        halves = PaddedShortcut(channels - in_channels)
        return ResidualBlock(residual, nn.Identity() if stride == 1 else halves)


class PreActivationBlock(nn.Module):
    """x + F(x), with nothing after the addition (Figure 1b).

    Parameters
    ----------
    in_channels, out_channels, stride : int
    narrowing : int
        1 for two 3 x 3 convolutions; 4 for a bottleneck of 1 x 1, 3 x 3, 1 x 1.
    """

    def __init__(
        self, in_channels: int, out_channels: int, stride: int = 1, narrowing: int = 1
    ) -> None:
        super().__init__()
        width = out_channels // narrowing
        if narrowing == 1:
            self.residual = nn.Sequential(
                PreActivation(in_channels, width, 3, stride),
                PreActivation(width, out_channels, 3),
            )
        else:
            self.residual = nn.Sequential(
                PreActivation(in_channels, width, 1),
                PreActivation(width, width, 3, stride),
                PreActivation(width, out_channels, 1),
            )
        same_shape = stride == 1 and in_channels == out_channels
        self.shortcut: nn.Module = nn.Identity()
        if not same_shape:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Add; a ReLU in place would change x itself, but here a norm comes first."""
        return self.shortcut(x) + self.residual(x)


class PreActivationResNet(Classifier):
    """ResNet with pre-activation for CIFAR.

    Parameters
    ----------
    depth : int
        6 n + 2 with pairs of 3 x 3 convolutions, 9 n + 2 with bottlenecks.
    in_channels, num_classes : int
    bottlenecks : bool

    Notes
    -----
    Images of 32 x 32 pixels; the last maps are 8 x 8. Departure: shortcuts that change the shape
    are 1 x 1 convolutions everywhere; the paper's 110 layers pad with zeros.

    =====  ===========  ==========  =============
    depth  bottlenecks  parameters  multiply-adds
    =====  ===========  ==========  =============
    20     no             272,282     40,813,184
    56     no             855,578    125,747,840
    110    no           1,730,522    253,149,824
    164    yes          1,703,258    247,646,720
    =====  ===========  ==========  =============
    """

    def __init__(
        self, depth: int, in_channels: int = 3, num_classes: int = 10, bottlenecks: bool = False
    ) -> None:
        narrowing = 4 if bottlenecks else 1
        blocks = blocks_per_stage(depth, layers_per_block=3 if bottlenecks else 2)
        channels = WIDTHS[0]
        stages: dict[str, nn.Module] = {
            "conv1": nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        }
        for i, width in enumerate(WIDTHS):
            stage = nn.Sequential()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                stage.append(PreActivationBlock(channels, width * narrowing, stride, narrowing))
                channels = width * narrowing
            stages[f"stage{i + 1}"] = stage
        stages["norm"] = nn.BatchNorm2d(channels)
        stages["relu"] = relu()
        head = pooled_head(channels, num_classes)
        super().__init__(sequential(**stages), head, in_channels, image_size=32)
        initialise(self)
