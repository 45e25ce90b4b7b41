"""The arguments of a convolution, checked once: what every convolution here asks first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from numpy.typing import ArrayLike

from cnncourse.errors import ShapeError
from cnncourse.layers.arrays import Array, as_floats, as_numbers, check_axes, check_no_overflow
from cnncourse.layers.checks import check_shape
from cnncourse.shapes import Padding, check_channels, padding_pairs, per_axis, window_positions

Numbers = int | Sequence[int]
Pads = tuple[tuple[int, int], ...]
_X_AXES = {1: "N, C_in, L", 2: "N, C_in, H, W", 3: "N, C_in, D, H, W"}
_WEIGHT_AXES = {
    1: "C_out, C_in // groups, K_l",
    2: "C_out, C_in // groups, K_h, K_w",
    3: "C_out, C_in // groups, K_d, K_h, K_w",
}


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
    stride = per_axis("stride", stride, axes)
    dilation = per_axis("dilation", dilation, axes)
    if not isinstance(padding, str):
        padding = per_axis("padding", padding, axes, at_least=0)
    check_axes("x", x, _X_AXES[axes])
    check_axes("weight", weight, _WEIGHT_AXES[axes])
    g = _geometry(x.shape[1:], weight.shape, stride, padding, dilation, groups)
    if bias is not None:
        check_shape("bias", bias, (g.out_channels,))
    check_no_overflow(x, weight, bias)
    return Convolution(x, weight, bias, g)


@lru_cache(maxsize=256, typed=True)  # a network asks for the same few again and again
def _geometry(
    x_shape: tuple[int, ...],
    weight_shape: tuple[int, ...],
    stride: tuple[int, ...],
    padding: str | tuple[int, ...],
    dilation: tuple[int, ...],
    groups: int,
) -> Geometry:
    """Work out the sizes from shapes without the batch's axis, and refuse what does not fit."""
    in_channels, out_channels, groups = check_channels(x_shape[0], weight_shape[0], groups)
    if weight_shape[1] * groups != in_channels:
        expected = f"{in_channels // groups} channels in each kernel ({in_channels} in x"
        raise ShapeError("weight", f"{expected}, groups={groups})", weight_shape[1])
    input_shape, kernel_size = x_shape[1:], weight_shape[2:]
    pads = padding_pairs(padding, kernel_size, stride, dilation)
    output_shape = window_positions(input_shape, kernel_size, stride, pads, dilation)
    sizes = input_shape, output_shape, kernel_size, stride, pads, dilation
    return Geometry(in_channels, out_channels, groups, *sizes)


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
