"""The inverted residual block of MobileNetV2, MobileNetV3 and EfficientNet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from cnncourse.models.blocks import (
    ConvNorm,
    Norm,
    SqueezeExcitation,
    StochasticDepth,
    relu,
    sequential,
)


@dataclass(frozen=True)
class Plan:
    """One block: a row of the papers' tables.

    Parameters
    ----------
    out_channels : int
    expanded : int
        Channels between the two 1 x 1 convolutions; the first is left out where it would not
        change their number.
    kernel_size, stride : int
        Of the depthwise convolution.
    squeezed : int
        Channels inside the squeeze-and-excitation, 0 for none.
    activation : callable giving a module
    inner : callable giving a module
        The activation inside the squeeze-and-excitation.
    """

    out_channels: int
    expanded: int
    kernel_size: int = 3
    stride: int = 1
    squeezed: int = 0
    activation: Callable[[], nn.Module] = relu
    inner: Callable[[], nn.Module] = relu


class MBConv(nn.Module):
    """Expand with 1 x 1, filter each channel, squeeze and excite, project with 1 x 1, add.

    "Inverted": the shortcut joins the narrow ends, while in ResNet's bottleneck it joins the wide
    ones. The projection has no activation, since a ReLU would destroy what few channels hold.

    Parameters
    ----------
    in_channels : int
    plan : Plan
    norm : callable giving a module, from a number of channels
    gate : callable giving a module
        Ends the squeeze-and-excitation.
    drop_rate : float
        Of stochastic depth.
    """

    def __init__(
        self,
        in_channels: int,
        plan: Plan,
        norm: Norm = nn.BatchNorm2d,
        gate: Callable[[], nn.Module] = nn.Sigmoid,
        drop_rate: float = 0.0,
    ) -> None:
        super().__init__()
        width, activation = plan.expanded, plan.activation
        layers: dict[str, nn.Module] = {}
        if width != in_channels:
            layers["expand"] = ConvNorm(in_channels, width, 1, activation=activation, norm=norm)
        layers["depthwise"] = ConvNorm(
            width, width, plan.kernel_size, plan.stride, width, activation, norm
        )
        if plan.squeezed:
            layers["excite"] = SqueezeExcitation(width, plan.squeezed, plan.inner, gate)
        layers["project"] = ConvNorm(width, plan.out_channels, 1, activation=None, norm=norm)
        self.residual = sequential(**layers)
        self.adds = plan.stride == 1 and in_channels == plan.out_channels
        self.drop = StochasticDepth(drop_rate)

    def forward(self, x: Tensor) -> Tensor:
        """Add where the shape stays, else only transform."""
        return x + self.drop(self.residual(x)) if self.adds else self.residual(x)
