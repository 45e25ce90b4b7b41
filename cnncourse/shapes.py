"""Geometry of convolutional layers in plain integers: sizes, parameters, work, receptive fields.

Sizes are in pixels (or samples, for sequences). Pairs are (vertical, horizontal). A kernel that is
applied every `stride` pixels, with its taps `dilation` pixels apart, covers a window of
`dilation * (kernel_size - 1) + 1` pixels.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cnncourse.errors import ArgumentError, ShapeError

Padding = int | str | Sequence[int]


def per_axis(
    argument: str, value: int | Sequence[int], axes: int, at_least: int = 1
) -> tuple[int, ...]:
    """Give one integer per axis, from an integer for all of them or a sequence.

    Parameters
    ----------
    argument : str
        The name that an error message will use.
    value : int or sequence of int
    axes : int
        How many integers are needed.
    at_least : int
        The smallest value allowed.

    Returns
    -------
    tuple of int, length `axes`

    Raises
    ------
    ArgumentError
        If `value` is not one integer or `axes` integers, or one of them is too small.

    Examples
    --------
    >>> per_axis("stride", 2, axes=2)
    (2, 2)
    >>> per_axis("padding", (0, 1), axes=2, at_least=0)
    (0, 1)
    """
    try:
        numbers = (operator.index(value),) * axes  # type: ignore[arg-type]
    except TypeError:
        numbers = _integers(value)
    if len(numbers) != axes or min(numbers) < at_least:
        several = f", or {axes} of them" if axes > 1 else ""
        raise ArgumentError(argument, f"an integer of at least {at_least}{several}", repr(value))
    return numbers


def _integers(value: object) -> tuple[int, ...]:
    """Give the integers of a sequence; none if it is something else."""
    try:
        return tuple(map(operator.index, value)) if isinstance(value, Sequence) else ()
    except TypeError:
        return ()


def window_size(kernel_size: int, dilation: int = 1) -> int:
    """Pixels that a kernel spans along one axis, the gaps between its taps included.

    Examples
    --------
    >>> window_size(3), window_size(3, dilation=2)
    (3, 5)
    """
    return dilation * (kernel_size - 1) + 1


def same_padding(kernel_size: int, dilation: int = 1) -> tuple[int, int]:
    """Zeros (before, after) that keep the size of the input at stride 1.

    A window that spans an even number of pixels needs an odd number of zeros; the extra one goes
    after, as in PyTorch.

    Parameters
    ----------
    kernel_size, dilation : int
        Pixels, at least 1.

    Returns
    -------
    (int, int)

    Examples
    --------
    >>> same_padding(3), same_padding(4)
    ((1, 1), (1, 2))
    """
    (kernel_size,) = per_axis("kernel_size", kernel_size, 1)
    (dilation,) = per_axis("dilation", dilation, 1)
    total = window_size(kernel_size, dilation) - 1
    return total // 2, total - total // 2


def padding_pairs(
    padding: Padding,
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> tuple[tuple[int, int], ...]:
    """Spell `padding` out as zeros (before, after) for each axis.

    Parameters
    ----------
    padding : int, sequence of int, 'same' or 'valid'
        Zeros on each side, in pixels; 'valid' is none, 'same' keeps the size and needs stride 1.
    kernel_size, stride, dilation : sequence of int
        One integer per axis.

    Returns
    -------
    tuple of (int, int), one per axis

    Raises
    ------
    ArgumentError
        If `padding` is neither, or is 'same' with a stride above 1.

    Examples
    --------
    >>> padding_pairs("same", (3, 4), (1, 1), (1, 1))
    ((1, 1), (1, 2))
    """
    axes = len(kernel_size)
    if padding == "valid":
        return ((0, 0),) * axes
    if padding == "same":
        if set(stride) != {1}:
            raise ArgumentError("stride", "1, which padding='same' needs", tuple(stride))
        return tuple(same_padding(k, d) for k, d in zip(kernel_size, dilation, strict=True))
    if isinstance(padding, str):
        raise ArgumentError("padding", "integers of at least 0, 'same' or 'valid'", repr(padding))
    return tuple((p, p) for p in per_axis("padding", padding, axes, at_least=0))


def output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int | str = 0, dilation: int = 1
) -> int:
    """Count the positions of a kernel along one axis.

    Parameters
    ----------
    size, kernel_size, stride, dilation : int
        Pixels, at least 1.
    padding : int, 'same' or 'valid'
        Zeros on each side, in pixels.

    Returns
    -------
    int
        floor((size + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1

    Raises
    ------
    ShapeError
        If the kernel exceeds the padded size.
    ArgumentError
        If an argument is not an integer in its range.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic", arXiv:1603.07285.

    Examples
    --------
    >>> output_size(32, kernel_size=5)
    28
    >>> output_size(224, kernel_size=7, stride=2, padding=3)
    112
    """
    return conv_output_shape((size,), kernel_size, stride, padding, dilation)[0]


def conv_output_shape(
    input_shape: Sequence[int],
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
) -> tuple[int, ...]:
    """Size of a convolution's output along each axis; see `output_size`.

    Parameters
    ----------
    input_shape : sequence of int
        (H, W), or one size for each axis that the kernel moves along.
    kernel_size, stride, dilation : int or sequence of int
        Pixels, at least 1.
    padding : int, sequence of int, 'same' or 'valid'
        Zeros on each side, in pixels.

    Returns
    -------
    tuple of int

    Raises
    ------
    ShapeError
        If the kernel exceeds the padded input.
    ArgumentError
        If an argument is not an integer in its range, or not one per axis.

    Examples
    --------
    >>> conv_output_shape((480, 640), kernel_size=3, stride=2, padding=1)
    (240, 320)
    """
    axes = len(input_shape)
    kernel = per_axis("kernel_size", kernel_size, axes)
    steps = per_axis("stride", stride, axes)
    gaps = per_axis("dilation", dilation, axes)
    pads = padding_pairs(padding, kernel, steps, gaps)
    return window_positions(input_shape, kernel, steps, pads, gaps)


def window_positions(
    input_shape: Sequence[int],
    kernel_size: Sequence[int],
    stride: Sequence[int],
    pads: Sequence[tuple[int, int]],
    dilation: Sequence[int],
) -> tuple[int, ...]:
    """Do as `conv_output_shape` does, with one checked integer for each axis and padding spelt out.

    Raises
    ------
    ShapeError
        If the kernel exceeds the padded input.

    Examples
    --------
    >>> window_positions((10,), (4,), (1,), ((1, 2),), (1,))
    (10,)
    """
    padded = [size + sum(pair) for size, pair in zip(input_shape, pads, strict=True)]
    windows = [window_size(k, d) for k, d in zip(kernel_size, dilation, strict=True)]
    if any(window > size for window, size in zip(windows, padded, strict=True)):
        raise ShapeError(
            "kernel_size",
            f"a window no larger than the padded input, {_by(padded)}",
            f"a window of {_by(windows)}",
        )
    return tuple((p - w) // s + 1 for p, w, s in zip(padded, windows, stride, strict=True))


def _by(sizes: Iterable[int]) -> str:
    return " x ".join(map(str, sizes))


def check_channels(in_channels: int, out_channels: int, groups: int) -> tuple[int, int, int]:
    """Return the three if each is at least 1 and `groups` divides both numbers of channels.

    Raises
    ------
    ArgumentError
        If it does not, or one is not an integer of at least 1.

    Examples
    --------
    >>> check_channels(in_channels=32, out_channels=64, groups=32)
    (32, 64, 32)
    """
    (in_channels,) = per_axis("in_channels", in_channels, 1)
    (out_channels,) = per_axis("out_channels", out_channels, 1)
    (groups,) = per_axis("groups", groups, 1)
    if in_channels % groups or out_channels % groups:
        raise ArgumentError(
            "groups", f"a divisor of {in_channels} input and {out_channels} output channels", groups
        )
    return in_channels, out_channels, groups


def _weights(
    in_channels: int, out_channels: int, kernel_size: int | Sequence[int], axes: int, groups: int
) -> int:
    in_channels, out_channels, groups = check_channels(in_channels, out_channels, groups)
    taps = math.prod(per_axis("kernel_size", kernel_size, axes))
    return out_channels * (in_channels // groups) * taps


def conv_parameters(
    in_channels: int,
    out_channels: int,
    kernel_size: int | Sequence[int],
    groups: int = 1,
    bias: bool = True,
) -> int:
    """Count a convolution's parameters; the size of the image does not matter.

    Parameters
    ----------
    in_channels, out_channels, groups : int
        At least 1; `groups` divides both numbers of channels.
    kernel_size : int or sequence of int
        Pixels; one integer stands for a square.
    bias : bool
        Whether each output channel adds a constant of its own.

    Returns
    -------
    int
        out_channels (in_channels / groups) K_h K_w, plus out_channels with bias

    Examples
    --------
    >>> conv_parameters(256, 256, 3)
    590080
    """
    axes = len(kernel_size) if isinstance(kernel_size, Sequence) else 2
    weights = _weights(in_channels, out_channels, kernel_size, axes, groups)
    return weights + bias * out_channels


def dense_parameters(in_features: int, out_features: int, bias: bool = True) -> int:
    """Count a dense layer's parameters: one weight per input and output.

    Examples
    --------
    >>> dense_parameters(224 * 224 * 3, 1000)
    150529000
    """
    return dense_multiply_adds(in_features, out_features) + bias * out_features


def conv_multiply_adds(
    in_channels: int,
    out_channels: int,
    kernel_size: int | Sequence[int],
    output_shape: Sequence[int],
    groups: int = 1,
) -> int:
    """Count a convolution's multiply-adds for one image.

    Parameters
    ----------
    in_channels, out_channels, groups : int
    kernel_size : int or sequence of int
    output_shape : sequence of int
        (H_out, W_out), or one size for each axis that the kernel moves along.

    Returns
    -------
    int
        One for each weight at each output position. Zeros of the padding count, the bias does not.

    Examples
    --------
    >>> conv_multiply_adds(3, 64, 3, output_shape=(224, 224))
    86704128
    """
    positions = math.prod(per_axis("output_shape", output_shape, len(output_shape)))
    return positions * _weights(in_channels, out_channels, kernel_size, len(output_shape), groups)


def dense_multiply_adds(in_features: int, out_features: int) -> int:
    """Count a dense layer's multiply-adds for one sample: one per weight.

    Examples
    --------
    >>> dense_multiply_adds(4096, 1000)
    4096000
    """
    (in_features,) = per_axis("in_features", in_features, 1)
    (out_features,) = per_axis("out_features", out_features, 1)
    return in_features * out_features


class Window(NamedTuple):
    """A layer as receptive fields see it: a convolution or pooling along one axis, in pixels."""

    kernel_size: int
    stride: int = 1
    padding: int | str = 0
    dilation: int = 1


class ReceptiveField(NamedTuple):
    """What the outputs of a layer see: output i sees `size` pixels from `start + i * jump` on."""

    size: int
    jump: int
    start: int


def receptive_field(layers: Iterable[Window]) -> list[ReceptiveField]:
    """Follow the receptive field through a stack of layers.

    Parameters
    ----------
    layers : iterable of Window
        From the input upwards.

    Returns
    -------
    list of ReceptiveField, one for each layer
        In pixels of the input: `size` is the width that one output sees, `jump` the distance
        between the fields of neighbouring outputs (the total stride), and `start` the first pixel
        that the first output sees, negative where that lies in the padding.

    References
    ----------
    Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks",
    Distill, 2019.

    Examples
    --------
    >>> for field in receptive_field([Window(3), Window(2, stride=2), Window(3, padding=1)]):
    ...     print(field)
    ReceptiveField(size=3, jump=1, start=0)
    ReceptiveField(size=4, jump=2, start=0)
    ReceptiveField(size=8, jump=2, start=-2)
    """
    fields = []
    size, jump, start = 1, 1, 0
    for layer in layers:
        (kernel_size,) = per_axis("kernel_size", layer.kernel_size, 1)
        (stride,) = per_axis("stride", layer.stride, 1)
        (dilation,) = per_axis("dilation", layer.dilation, 1)
        (pads,) = padding_pairs(layer.padding, [kernel_size], [stride], [dilation])
        size += (window_size(kernel_size, dilation) - 1) * jump
        start -= pads[0] * jump
        jump *= stride
        fields.append(ReceptiveField(size, jump, start))
    return fields
