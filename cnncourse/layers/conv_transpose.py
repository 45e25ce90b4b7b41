"""Transposed convolution: the way back through a convolution, used to make images larger."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers import products
from cnncourse.layers.arrays import Array, as_floats, as_numbers, check_axes, check_no_overflow
from cnncourse.layers.checks import check_shape
from cnncourse.layers.geometry import Convolution, Geometry, Numbers
from cnncourse.layers.init import Initializer, he_normal
from cnncourse.layers.module import Layer
from cnncourse.shapes import check_channels, per_axis, window_size


def _check(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None,
    stride: Numbers,
    padding: Numbers,
    output_padding: Numbers,
    groups: int,
    dilation: Numbers,
) -> Convolution:
    """Check the arguments, and give the sizes of the convolution whose way back this is."""
    x, weight, *rest = as_numbers(x=x, weight=weight, bias=bias)
    check_axes("x", x, "N, C_in, H, W")
    check_axes("weight", weight, "C_in, C_out // groups, K_h, K_w")
    if len(weight) != x.shape[1]:
        raise ShapeError("weight", f"{x.shape[1]} kernels, one for each channel of x", len(weight))
    (groups,) = per_axis("groups", groups, 1)
    out_channels = weight.shape[1] * groups
    check_channels(x.shape[1], out_channels, groups)
    bias = rest[0] if rest else None
    if bias is not None:
        check_shape("bias", bias, (out_channels,))
    check_no_overflow(x, weight.swapaxes(0, 1), bias)

    steps, gaps = per_axis("stride", stride, 2), per_axis("dilation", dilation, 2)
    pads = per_axis("padding", padding, 2, at_least=0)
    extra = per_axis("output_padding", output_padding, 2, at_least=0)
    if any(e >= max(s, d) for e, s, d in zip(extra, steps, gaps, strict=True)):
        raise ArgumentError("output_padding", "less than the stride or the dilation", extra)
    output_shape = tuple(
        (n - 1) * s + window_size(k, d) - 2 * p + e
        for n, s, k, d, p, e in zip(
            x.shape[2:], steps, weight.shape[2:], gaps, pads, extra, strict=True
        )
    )
    if min(output_shape) < 1:
        raise ShapeError("padding", "so little that an output remains", f"{pads}: {output_shape}")
    return Convolution(x, weight, bias, Geometry(
        in_channels=out_channels,
        out_channels=x.shape[1],
        groups=groups,
        input_shape=output_shape,
        output_shape=x.shape[2:],
        kernel_size=weight.shape[2:],
        stride=steps,
        pads=tuple((p, p - e) for p, e in zip(pads, extra, strict=True)),
        dilation=gaps,
    ))  # fmt: skip


def conv_transpose2d_loop(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Numbers = 0,
    output_padding: Numbers = 0,
    groups: int = 1,
    dilation: Numbers = 1,
) -> Array:
    """Do as `conv_transpose2d` does, one pixel at a time: its specification.

    Parameters, result and errors are those of `conv_transpose2d`.

    Examples
    --------
    >>> conv_transpose2d_loop([[[[1, 10]]]], [[[[1, 2, 3]]]], stride=2)
    array([[[[ 1,  2, 13, 20, 30]]]])
    """
    x, weight, bias, g = _check(
        x, weight, bias, stride, padding, output_padding, groups, dilation
    )
    (K_h, K_w), (s_h, s_w), (d_h, d_w) = g.kernel_size, g.stride, g.dilation
    padded = [size + sum(pads) for size, pads in zip(g.input_shape, g.pads, strict=True)]
    canvas = np.zeros((len(x), g.in_channels, *np.maximum(padded, g.input_shape)), dtype=x.dtype)
    for n, c, i, j in np.ndindex(x.shape):
        group = c // g.group_out
        channels = slice(group * g.group_in, (group + 1) * g.group_in)
        rows = slice(i * s_h, i * s_h + window_size(K_h, d_h), d_h)
        columns = slice(j * s_w, j * s_w + window_size(K_w, d_w), d_w)
        canvas[n, channels, rows, columns] += x[n, c, i, j] * weight[c]  # a stamp of the kernel
    (top, _), (left, _) = g.pads
    H_out, W_out = g.input_shape
    output = np.zeros((len(x), g.in_channels, H_out, W_out), dtype=x.dtype)
    shown = canvas[:, :, top : top + H_out, left : left + W_out]
    output[:, :, : shown.shape[2], : shown.shape[3]] = shown
    return output if bias is None else output + bias[:, None, None]


def conv_transpose2d(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Numbers = 0,
    output_padding: Numbers = 0,
    groups: int = 1,
    dilation: Numbers = 1,
) -> Array:
    """Put a kernel, weighed by the pixel, where each pixel of the images is, and add them up.

    This is what `conv2d_backward` does with a gradient, with the same stride, padding and dilation.
    It is no inverse of the convolution: it only leads from its output's size to its input's.

    Parameters
    ----------
    x : array, shape (N, C_in, H, W)
        Images, any range. N may be 0. A NaN reaches every output under its kernel.
    weight : array, shape (C_in, C_out // groups, K_h, K_w)
        One kernel for each input channel, of the type of `x`.
    bias : array, shape (C_out,), optional
    stride : int or (int, int)
        Pixels of the output between neighbours of `x`.
    padding : int or (int, int)
        Pixels left out on each side of the output.
    output_padding : int or (int, int)
        Pixels more at the bottom and on the right, fewer than the stride or the dilation: with a
        stride, convolutions of several input sizes have one output size, and this chooses among
        them.
    groups : int
    dilation : int or (int, int)

    Returns
    -------
    array, shape (N, C_out, H_out, W_out)
        H_out = (H - 1) stride + dilation (K_h - 1) + 1 - 2 padding + output_padding

    Raises
    ------
    ShapeError
        If an array has the wrong axes, the channels do not match, or nothing of the output remains.
    ArgumentError
        If `groups` does not divide the channels, an option is out of its range, or the arrays are
        of different types.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic", arXiv:1603.07285, section 4.

    Examples
    --------
    >>> conv_transpose2d([[[[1, 10]]]], [[[[1, 2, 3]]]], stride=2)
    array([[[[ 1,  2, 13, 20, 30]]]])
    """
    x, weight, bias, g = _check(
        x, weight, bias, stride, padding, output_padding, groups, dilation
    )
    output = products.input_gradient(x, weight, g)
    if bias is not None:
        output += bias[:, None, None]
    return output


def conv_transpose2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Numbers = 1,
    padding: Numbers = 0,
    output_padding: Numbers = 0,
    groups: int = 1,
    dilation: Numbers = 1,
) -> tuple[Array, Array, Array]:
    """Give the gradients of `conv_transpose2d`.

    Parameters
    ----------
    grad_output : float array, shape (N, C_out, H_out, W_out)
    x : float array, shape (N, C_in, H, W)
    weight : float array, shape (C_in, C_out // groups, K_h, K_w)
    stride, padding, output_padding, groups, dilation
        As in `conv_transpose2d`.

    Returns
    -------
    grad_x, grad_weight, grad_bias : float arrays
        Of the shapes of `x`, `weight` and the bias; the last two are sums over the batch.

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv_transpose2d`; also if `grad_output` does not have the shape of the output, or
        the arrays hold integers.

    Examples
    --------
    >>> grad_output = np.ones((1, 1, 1, 5))
    >>> grad_x, grad_weight, _ = conv_transpose2d_backward(
    ...     grad_output, [[[[1.0, 10.0]]]], [[[[1.0, 2.0, 3.0]]]], stride=2)
    >>> grad_x.ravel(), grad_weight.ravel()
    (array([6., 6.]), array([11., 11., 11.]))
    """
    grad_output, x, weight = as_floats(grad_output=grad_output, x=x, weight=weight)
    x, weight, _, g = _check(x, weight, None, stride, padding, output_padding, groups, dilation)
    check_shape("grad_output", grad_output, (len(x), g.in_channels, *g.input_shape))
    grad_x = products.forward(grad_output, weight, None, g)
    grad_weight, _ = products.weight_gradient(x, grad_output, g)
    return grad_x, grad_weight, grad_output.sum(axis=(0, 2, 3))


class ConvTranspose2d(Layer):
    """`conv_transpose2d` as a layer.

    Parameters
    ----------
    in_channels, out_channels : int
        At least 1.
    kernel_size : int or (int, int)
        Pixels.
    stride, padding, output_padding, groups, dilation
        As in `conv_transpose2d`.
    bias : bool
        Whether to add one; it starts at 0.
    init, rng, dtype
        As in `Conv2d`.

    Raises
    ------
    ArgumentError
        If `groups` does not divide the channels.

    Examples
    --------
    >>> layer = ConvTranspose2d(8, 3, 4, stride=2, padding=1, rng=0)
    >>> layer.forward(np.ones((2, 8, 5, 7))).shape, layer.backward(np.ones((2, 3, 10, 14))).shape
    ((2, 3, 10, 14), (2, 8, 5, 7))
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Numbers,
        stride: Numbers = 1,
        padding: Numbers = 0,
        output_padding: Numbers = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Numbers = 1,
        *,
        init: Initializer = he_normal,
        rng: np.random.Generator | int | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        kernel = per_axis("kernel_size", kernel_size, 2)
        check_channels(in_channels, out_channels, groups)
        self.options = stride, padding, output_padding, groups, dilation
        self.params["weight"] = init((in_channels, out_channels // groups, *kernel), rng, dtype)
        if bias:
            self.params["bias"] = np.zeros(out_channels, dtype)

    def forward(self, x: Array) -> Array:
        """Put a kernel where each pixel is."""
        y = conv_transpose2d(x, self.params["weight"], self.params.get("bias"), *self.options)
        self.remember(x)
        return y

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient of `x`, and put those of weight and bias in `grads`."""
        (x,) = self.recall()
        grad_x, *grads = conv_transpose2d_backward(
            grad_output, x, self.params["weight"], *self.options
        )
        self.grads.update(zip(self.params, grads, strict=False))
        return grad_x
