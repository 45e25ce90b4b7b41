"""Convolution: the loops that read like the formula, and the fast version that equals them.

What a convolutional network calls convolution is cross-correlation: the kernel is not flipped.
Only `convolve2d` flips it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import ArrayLike

from cnncourse.errors import ShapeError
from cnncourse.layers.arrays import Array, as_numbers, check_axes, check_no_overflow, pad
from cnncourse.shapes import (
    Padding,
    check_groups,
    conv_output_shape,
    padding_pairs,
    per_axis,
    window_size,
)


def correlate2d(image: ArrayLike, kernel: ArrayLike, bias: float = 0.0) -> Array:
    """Slide a kernel over one image and sum the products at each position.

    Parameters
    ----------
    image : array, shape (H, W)
        Any range.
    kernel : array, shape (K_h, K_w)
    bias : float
        Added to every output.

    Returns
    -------
    array, shape (H - K_h + 1, W - K_w + 1)
        S(i, j) = sum over m, n of I(i + m, j + n) K(m, n), plus the bias

    Raises
    ------
    ShapeError
        If an array does not have two axes, or the kernel exceeds the image.

    Examples
    --------
    >>> image = np.array([[0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 9, 9]])
    >>> correlate2d(image, np.array([[-1, 0, 1]]))
    array([[9., 9.],
           [9., 9.],
           [9., 9.]])
    """
    image, kernel = as_numbers(image=image, kernel=kernel)
    check_axes("image", image, "H, W")
    check_axes("kernel", kernel, "K_h, K_w")
    K_h, K_w = kernel.shape
    H_out, W_out = conv_output_shape(image.shape, kernel.shape)

    output = np.empty((H_out, W_out), dtype=np.result_type(image, bias))
    for i in range(H_out):
        for j in range(W_out):
            patch = image[i : i + K_h, j : j + K_w]
            output[i, j] = np.sum(patch * kernel) + bias
    return output


def convolve2d(image: ArrayLike, kernel: ArrayLike, bias: float = 0.0) -> Array:
    """Convolve as mathematics defines it: flip the kernel along both axes, then correlate.

    Parameters, result and errors are those of `correlate2d`.

    Examples
    --------
    >>> image = np.array([[0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 9, 9]])
    >>> convolve2d(image, np.array([[-1, 0, 1]]))
    array([[-9., -9.],
           [-9., -9.],
           [-9., -9.]])
    """
    return correlate2d(image, np.flip(kernel), bias)


class _Conv2dArguments(NamedTuple):
    """The arguments of `conv2d`, checked: arrays of one type, and two integers for each option."""

    x: Array
    weight: Array
    bias: Array
    stride: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int
    output_shape: tuple[int, ...]


def _check_conv2d(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None,
    stride: int | Sequence[int],
    padding: Padding,
    dilation: int | Sequence[int],
    groups: int,
) -> _Conv2dArguments:
    x, weight, *rest = as_numbers(x=x, weight=weight, bias=bias)
    check_axes("x", x, "N, C_in, H, W")
    check_axes("weight", weight, "C_out, C_in // groups, K_h, K_w")
    C_out, C_group, *kernel_size = weight.shape
    bias = rest[0] if rest else np.zeros(C_out, dtype=x.dtype)
    if bias.shape != (C_out,):
        raise ShapeError("bias", f"shape ({C_out},), one for each kernel", bias.shape)
    groups = check_groups(x.shape[1], C_out, groups)
    if C_group * groups != x.shape[1]:
        expected = f"{x.shape[1] // groups} channels in each kernel ({x.shape[1]} in x"
        raise ShapeError("weight", f"{expected}, groups={groups})", C_group)
    check_no_overflow(x, weight, bias)

    stride = per_axis("stride", stride, 2)
    dilation = per_axis("dilation", dilation, 2)
    pads = padding_pairs(padding, kernel_size, stride, dilation)
    output_shape = conv_output_shape(x.shape[2:], kernel_size, stride, padding, dilation)
    return _Conv2dArguments(x, weight, bias, stride, pads, dilation, groups, output_shape)


def conv2d_loop(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """Cross-correlate as `conv2d` does, one output value at a time: its specification.

    Parameters, result and errors are those of `conv2d`.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d_loop(x, np.ones((1, 1, 2, 2)))[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    a = _check_conv2d(x, weight, bias, stride, padding, dilation, groups)
    padded = pad(a.x, a.pads)
    C_out, C_group, K_h, K_w = a.weight.shape
    (s_h, s_w), (d_h, d_w) = a.stride, a.dilation

    output = np.empty((len(padded), C_out, *a.output_shape), dtype=padded.dtype)
    for n, o, i, j in np.ndindex(output.shape):
        first = o // (C_out // groups) * C_group  # the first input channel of this kernel's group
        rows = slice(i * s_h, i * s_h + window_size(K_h, d_h), d_h)
        columns = slice(j * s_w, j * s_w + window_size(K_w, d_w), d_w)
        patch = padded[n, first : first + C_group, rows, columns]
        output[n, o, i, j] = np.sum(patch * a.weight[o]) + a.bias[o]
    return output


def conv2d(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """Cross-correlate a batch of images with a bank of kernels.

    Parameters
    ----------
    x : array, shape (N, C_in, H, W)
        Images, any range. N may be 0. A NaN reaches every output whose window holds it.
    weight : array, shape (C_out, C_in // groups, K_h, K_w)
        The kernels, of the same type as `x`: float32, float64, or integers (which give int64).
    bias : array, shape (C_out,), optional
        Added to every output of a kernel.
    stride, dilation : int or (int, int)
        Pixels between windows, and between the taps of one window; at least 1.
    padding : int or (int, int), 'same' or 'valid'
        Zeros on each side, in pixels. 'valid' is none; 'same' keeps the size, needs stride 1 and
        puts the extra zero of an even kernel after the image.
    groups : int
        Kernels and channels are split into as many groups, each kernel sees its group's channels.

    Returns
    -------
    array, shape (N, C_out, H_out, W_out)
        H_out = floor((H + 2 padding - dilation (K_h - 1) - 1) / stride) + 1

    Raises
    ------
    ShapeError
        If an array has the wrong axes, the channels do not match, or the kernel exceeds the
        padded image.
    ArgumentError
        If `groups` does not divide the channels, an option is out of its range, or the arrays are
        of different types.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic", arXiv:1603.07285.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d(x, np.ones((1, 1, 2, 2)))[0, 0]
    array([[ 8., 12.],
           [20., 24.]])
    """
    a = _check_conv2d(x, weight, bias, stride, padding, dilation, groups)
    padded = pad(a.x, a.pads)
    N, C_in = padded.shape[:2]
    C_out, C_group, K_h, K_w = a.weight.shape
    (s_h, s_w), (d_h, d_w) = a.stride, a.dilation
    H_out, W_out = a.output_shape

    n, c, h, w = padded.strides
    # (N, C_in, H, W) -> (N, C_in, K_h, K_w, H_out, W_out): every window, without copying a pixel
    windows = as_strided(
        padded, (N, C_in, K_h, K_w, H_out, W_out), (n, c, h * d_h, w * d_w, h * s_h, w * s_w)
    )
    # one column for each window: (groups, C_out / groups, taps) @ (N, groups, taps, H_out W_out)
    columns = windows.reshape(N, a.groups, C_group * K_h * K_w, H_out * W_out)
    kernels = a.weight.reshape(a.groups, C_out // a.groups, C_group * K_h * K_w)
    return (kernels @ columns).reshape(N, C_out, H_out, W_out) + a.bias.reshape(C_out, 1, 1)
