"""Convolution along one axis and along three, both made of the one along two.

A sequence is an image of one row. In a volume, the kernel's planes see as many slices; stack these
as channels, and each slice of the output is a convolution of an image with more channels.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.layers import products
from cnncourse.layers.arrays import Array, pad
from cnncourse.layers.conv import ConvNd
from cnncourse.layers.geometry import Geometry, Numbers, check_conv, check_conv_backward
from cnncourse.shapes import Padding, window_size


def _loop(x: Array, weight: Array, bias: Array | None, g: Geometry) -> Array:
    """Convolve along any number of axes, one output value at a time."""
    padded = pad(x, g.pads)
    output = np.empty((len(x), g.out_channels, *g.output_shape), dtype=x.dtype)
    for n, o, *position in np.ndindex(output.shape):
        group = o // g.group_out
        channels = slice(group * g.group_in, (group + 1) * g.group_in)
        window = (
            slice(i * s, i * s + window_size(k, d), d)
            for i, s, k, d in zip(position, g.stride, g.kernel_size, g.dilation, strict=True)
        )
        value = np.sum(padded[(n, channels, *window)] * weight[o])
        output[(n, o, *position)] = value if bias is None else value + bias[o]
    return output


def conv1d_loop(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> Array:
    """Cross-correlate as `conv1d` does, one output value at a time: its specification.

    Parameters, result and errors are those of `conv1d`.

    Examples
    --------
    >>> conv1d_loop([[[1, 2, 4, 8]]], [[[-1, 1]]])
    array([[[1, 2, 4]]])
    """
    return _loop(*check_conv(x, weight, bias, stride, padding, dilation, groups, axes=1))


def conv1d(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> Array:
    """Cross-correlate a batch of sequences with a bank of kernels.

    Parameters
    ----------
    x : array, shape (N, C_in, L)
        Sequences, any range. N may be 0. A NaN reaches every output whose window holds it.
    weight : array, shape (C_out, C_in // groups, K)
    bias : array, shape (C_out,), optional
    stride, dilation : int
        Samples, at least 1.
    padding : int, 'same' or 'valid'
        Zeros on each side, in samples.
    groups : int

    Returns
    -------
    array, shape (N, C_out, L_out)
        L_out = floor((L + 2 padding - dilation (K - 1) - 1) / stride) + 1

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv2d`.

    Examples
    --------
    >>> conv1d([[[1, 2, 4, 8]]], [[[-1, 1]]])
    array([[[1, 2, 4]]])
    """
    a = check_conv(x, weight, bias, stride, padding, dilation, groups, axes=1)
    image = products.forward(a.x[:, :, None], a.weight[:, :, None], a.bias, _one_row(a.geometry))
    return image[:, :, 0]


def conv1d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Give the gradients of `conv1d`.

    Parameters
    ----------
    grad_output : float array, shape (N, C_out, L_out)
    x : float array, shape (N, C_in, L)
    weight : float array, shape (C_out, C_in // groups, K)
    stride, padding, dilation, groups
        As in `conv1d`.

    Returns
    -------
    grad_x, grad_weight, grad_bias : float arrays
        Of the shapes of `x`, `weight` and the bias.

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv2d_backward`.

    Examples
    --------
    >>> grad_x, _, _ = conv1d_backward([[[1.0, 10.0]]], np.ones((1, 1, 3)), [[[2.0, 3.0]]])
    >>> grad_x
    array([[[ 2., 23., 30.]]])
    """
    options = stride, padding, dilation, groups
    grad_output, (x, weight, _, g) = check_conv_backward(grad_output, x, weight, *options, axes=1)
    grad_output, x, weight = (a[:, :, None] for a in (grad_output, x, weight))
    grad_x, grad_weight, grad_bias = products.gradients(grad_output, x, weight, _one_row(g))
    return grad_x[:, :, 0], grad_weight[:, :, 0], grad_bias


def _one_row(g: Geometry) -> Geometry:
    """Put an axis of one pixel before that of the sequence."""
    return replace(
        g,
        input_shape=(1, *g.input_shape),
        output_shape=(1, *g.output_shape),
        kernel_size=(1, *g.kernel_size),
        stride=(1, *g.stride),
        pads=((0, 0), *g.pads),
        dilation=(1, *g.dilation),
    )


def conv3d_loop(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> Array:
    """Cross-correlate as `conv3d` does, one output value at a time: its specification.

    Parameters, result and errors are those of `conv3d`.

    Examples
    --------
    >>> conv3d_loop(np.ones((1, 1, 3, 2, 2)), np.ones((1, 1, 2, 2, 2)))[0, 0, :, 0, 0]
    array([8., 8.])
    """
    return _loop(*check_conv(x, weight, bias, stride, padding, dilation, groups, axes=3))


def conv3d(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> Array:
    """Cross-correlate a batch of volumes, or videos, with a bank of kernels.

    Parameters
    ----------
    x : array, shape (N, C_in, D, H, W)
        Volumes, any range; for videos D is time. N may be 0. A NaN reaches every output whose
        window holds it.
    weight : array, shape (C_out, C_in // groups, K_d, K_h, K_w)
    bias : array, shape (C_out,), optional
    stride, dilation : int or (int, int, int)
        At least 1.
    padding : int or (int, int, int), 'same' or 'valid'
        Zeros on each side.
    groups : int

    Returns
    -------
    array, shape (N, C_out, D_out, H_out, W_out)
        Sizes as in `conv2d`, for each axis.

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv2d`.

    Examples
    --------
    >>> conv3d(np.ones((1, 1, 3, 2, 2)), np.ones((1, 1, 2, 2, 2)))[0, 0, :, 0, 0]
    array([8., 8.])
    """
    a = check_conv(x, weight, bias, stride, padding, dilation, groups, axes=3)
    g = a.geometry
    padded = _pad_depth(a.x, g)
    output = np.empty((len(a.x), g.out_channels, *g.output_shape), dtype=a.x.dtype)
    for depth in range(g.output_shape[0]):
        slices = _as_channels(padded[:, :, _window(g, depth)])
        output[:, :, depth] = products.forward(slices, _as_channels(a.weight), a.bias, _slice(g))
    return output


def conv3d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Give the gradients of `conv3d`.

    Parameters
    ----------
    grad_output : float array, shape (N, C_out, D_out, H_out, W_out)
    x : float array, shape (N, C_in, D, H, W)
    weight : float array, shape (C_out, C_in // groups, K_d, K_h, K_w)
    stride, padding, dilation, groups
        As in `conv3d`.

    Returns
    -------
    grad_x, grad_weight, grad_bias : float arrays
        Of the shapes of `x`, `weight` and the bias.

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv2d_backward`.

    Examples
    --------
    >>> x, weight = np.ones((1, 1, 3, 2, 2)), np.ones((1, 1, 2, 2, 2))
    >>> grad_x, grad_weight, grad_bias = conv3d_backward(np.ones((1, 1, 2, 1, 1)), x, weight)
    >>> grad_x[0, 0, :, 0, 0], grad_weight[0, 0, 0, 0], grad_bias
    (array([1., 2., 1.]), array([2., 2.]), array([2.]))
    """
    options = stride, padding, dilation, groups
    grad_output, (x, weight, _, g) = check_conv_backward(grad_output, x, weight, *options, axes=3)
    padded = _pad_depth(x, g)
    grad_padded = np.zeros_like(padded)
    grad_weight = np.zeros_like(weight)
    grad_bias = np.zeros(g.out_channels, dtype=x.dtype)
    for depth in range(g.output_shape[0]):
        window, gradient = _window(g, depth), np.ascontiguousarray(grad_output[:, :, depth])
        slices = _as_channels(padded[:, :, window])
        share, of_weight, of_bias = products.gradients(
            gradient, slices, _as_channels(weight), _slice(g)
        )
        grad_padded[:, :, window] += share.reshape(grad_padded[:, :, window].shape)
        grad_weight += of_weight.reshape(weight.shape)
        grad_bias += of_bias
    before, size = g.pads[0][0], g.input_shape[0]
    return grad_padded[:, :, before : before + size], grad_weight, grad_bias


def _pad_depth(x: Array, g: Geometry) -> Array:
    return pad(x, [g.pads[0], (0, 0), (0, 0)])


def _window(g: Geometry, depth: int) -> slice:
    """Give the slices that one slice of the output sees."""
    start, dilation = depth * g.stride[0], g.dilation[0]
    return slice(start, start + window_size(g.kernel_size[0], dilation), dilation)


def _as_channels(x: Array) -> Array:
    """(N, C, D, H, W) -> (N, C D, H, W)."""
    n, channels, depth, *image = x.shape
    return x.reshape(n, channels * depth, *image)


def _slice(g: Geometry) -> Geometry:
    """Leave out the axis of depth: its taps are channels."""
    return replace(
        g,
        in_channels=g.in_channels * g.kernel_size[0],
        input_shape=g.input_shape[1:],
        output_shape=g.output_shape[1:],
        kernel_size=g.kernel_size[1:],
        stride=g.stride[1:],
        pads=g.pads[1:],
        dilation=g.dilation[1:],
    )


class Conv1d(ConvNd):
    """`conv1d` as a layer; its parameters are those of `Conv2d`, with one number for each option.

    Examples
    --------
    >>> layer = Conv1d(2, 4, 3, padding="same", rng=0)
    >>> layer.forward(np.ones((5, 2, 10))).shape, layer.backward(np.ones((5, 4, 10))).shape
    ((5, 4, 10), (5, 2, 10))
    """

    axes = 1
    function = staticmethod(conv1d)
    function_backward = staticmethod(conv1d_backward)


class Conv3d(ConvNd):
    """`conv3d` as a layer; its parameters are those of `Conv2d`, with up to three numbers each.

    Examples
    --------
    >>> layer = Conv3d(1, 4, (3, 1, 1), stride=(2, 1, 1), rng=0)
    >>> layer.forward(np.ones((2, 1, 5, 6, 7))).shape
    (2, 4, 2, 6, 7)
    >>> layer.backward(np.ones((2, 4, 2, 6, 7))).shape
    (2, 1, 5, 6, 7)
    """

    axes = 3
    function = staticmethod(conv3d)
    function_backward = staticmethod(conv3d_backward)
