"""The arguments of a convolution, checked once: what every convolution here asks first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from numpy.typing import ArrayLike

from cnncourse.errors import ShapeError
from cnncourse.layers.arrays import Array, as_floats, as_numbers, check_axes, check_no_overflow
from cnncourse.layers.checks import check_shape
from cnncourse.shapes import Padding, check_channels, padding_pairs, per_axis, window_positions

Numbers = int | Sequence[int]
Pads = tuple[tuple[int, int], ...]
AXES = {1: "L", 2: "H, W", 3: "D, H, W"}


@dataclass(frozen=True)
class Geometry:
    """The sizes of a convolution; one number for each axis that the kernel moves along.

    `pads` are the zeros (before, after) each axis; a negative number leaves pixels out.
    """

    in_channels: int
    out_channels: int
    groups: int
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    pads: Pads
    dilation: tuple[int, ...]

    @property
    def group_in(self) -> int:
        """Input channels of each group."""
        return self.in_channels // self.groups

    @property
    def group_out(self) -> int:
        """Output channels of each group."""
        return self.out_channels // self.groups

    @property
    def taps(self) -> int:
        """Products in one output value."""
        return self.group_in * math.prod(self.kernel_size)

    @property
    def pointwise(self) -> bool:
        """Whether each output pixel sees just the pixel at its own place."""
        as_large = self.input_shape == self.output_shape and not any(map(any, self.pads))
        return as_large and set(self.kernel_size + self.stride) == {1}


class Convolution(NamedTuple):
    """The arguments of a convolution, checked: arrays of one type in C order, and the sizes."""

    x: Array
    weight: Array
    bias: Array | None
    geometry: Geometry


def check_conv(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None,
    stride: Numbers,
    padding: Padding,
    dilation: Numbers,
    groups: int,
    axes: int = 2,
) -> Convolution:
    """Check the arguments of a convolution along `axes` axes.

    Raises
    ------
    ShapeError
        If an array has the wrong axes, the channels do not match, or the kernel exceeds the padded
        input.
    ArgumentError
        If `groups` does not divide the channels, an option is out of its range, or the arrays are
        of different types.
    """
    x, weight, *rest = as_numbers(x=x, weight=weight, bias=bias)
    bias = rest[0] if rest else None
    kernel_axes = ", ".join("K_" + axis.lower() for axis in AXES[axes].split(", "))
    check_axes("x", x, "N, C_in, " + AXES[axes])
    check_axes("weight", weight, "C_out, C_in // groups, " + kernel_axes)
    in_channels, out_channels, groups = check_channels(x.shape[1], len(weight), groups)
    if weight.shape[1] * groups != in_channels:
        expected = f"{in_channels // groups} channels in each kernel ({in_channels} in x"
        raise ShapeError("weight", f"{expected}, groups={groups})", weight.shape[1])
    if bias is not None:
        check_shape("bias", bias, (out_channels,))
    check_no_overflow(x, weight, bias)

    kernel_size = weight.shape[2:]
    stride = per_axis("stride", stride, axes)
    dilation = per_axis("dilation", dilation, axes)
    pads = padding_pairs(padding, kernel_size, stride, dilation)
    output_shape = window_positions(x.shape[2:], kernel_size, stride, pads, dilation)
    sizes = x.shape[2:], output_shape, kernel_size, stride, pads, dilation
    return Convolution(x, weight, bias, Geometry(in_channels, out_channels, groups, *sizes))


def check_conv_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Numbers,
    padding: Padding,
    dilation: Numbers,
    groups: int,
    axes: int = 2,
) -> tuple[Array, Convolution]:
    """Check the arguments of a convolution's gradient; return `grad_output` and the others.

    Raises
    ------
    ShapeError, ArgumentError
        As `check_conv`, and if `grad_output` does not have the shape of the output.
    """
    grad_output, x, weight = as_floats(grad_output=grad_output, x=x, weight=weight)
    a = check_conv(x, weight, None, stride, padding, dilation, groups, axes)
    g = a.geometry
    check_shape("grad_output", grad_output, (len(a.x), g.out_channels, *g.output_shape))
    return grad_output, a
