"""Depthwise-separable convolution: look at space in each channel, then mix the channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cnncourse.errors import ShapeError
from cnncourse.layers.arrays import Array, as_floats, as_numbers, check_axes
from cnncourse.layers.conv import conv2d, conv2d_backward, conv2d_loop
from cnncourse.layers.geometry import Numbers
from cnncourse.layers.init import Initializer, he_normal
from cnncourse.layers.module import Layer
from cnncourse.shapes import Padding, check_channels, per_axis


def _check(x: Array, depthwise: Array, pointwise: Array) -> None:
    check_axes("x", x, "N, C_in, H, W")
    check_axes("depthwise", depthwise, "C_in, 1, K_h, K_w")
    check_axes("pointwise", pointwise, "C_out, C_in, 1, 1")
    if depthwise.shape[:2] != (x.shape[1], 1):
        raise ShapeError("depthwise", f"shape ({x.shape[1]}, 1, K_h, K_w)", depthwise.shape)
    if pointwise.shape[1:] != (x.shape[1], 1, 1):
        raise ShapeError("pointwise", f"shape (C_out, {x.shape[1]}, 1, 1)", pointwise.shape)


def depthwise_separable_conv2d_loop(
    x: ArrayLike,
    depthwise: ArrayLike,
    pointwise: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
) -> Array:
    """Do as `depthwise_separable_conv2d` does, one output value at a time: its specification.

    Parameters, result and errors are those of `depthwise_separable_conv2d`.

    Examples
    --------
    >>> x, depthwise = np.ones((1, 2, 3, 3)), np.ones((2, 1, 3, 3))
    >>> depthwise_separable_conv2d_loop(x, depthwise, np.ones((1, 2, 1, 1)))
    array([[[[18.]]]])
    """
    x, depthwise, pointwise, *rest = as_numbers(
        x=x, depthwise=depthwise, pointwise=pointwise, bias=bias
    )
    _check(x, depthwise, pointwise)
    between = conv2d_loop(x, depthwise, None, stride, padding, dilation, groups=x.shape[1])
    return conv2d_loop(between, pointwise, bias=rest[0] if rest else None)


def depthwise_separable_conv2d(
    x: ArrayLike,
    depthwise: ArrayLike,
    pointwise: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
) -> Array:
    """Convolve each channel with a kernel of its own, then mix the channels pixel by pixel.

    Parameters
    ----------
    x : array, shape (N, C_in, H, W)
        Images, any range. N may be 0.
    depthwise : array, shape (C_in, 1, K_h, K_w)
        One kernel for each channel.
    pointwise : array, shape (C_out, C_in, 1, 1)
        How much of each channel goes into each output channel.
    bias : array, shape (C_out,), optional
    stride, padding, dilation
        Of the first step, as in `conv2d`.

    Returns
    -------
    array, shape (N, C_out, H_out, W_out)
        Sizes as in `conv2d`.

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv2d`.

    Notes
    -----
    C_in K_h K_w + C_in C_out weights instead of C_in C_out K_h K_w: for 3 x 3 and many channels
    nearly nine times fewer, and as many times fewer multiplications.

    References
    ----------
    Howard et al., "MobileNets", arXiv:1704.04861, section 3.1.

    Examples
    --------
    >>> x, depthwise = np.ones((1, 2, 3, 3)), np.ones((2, 1, 3, 3))
    >>> depthwise_separable_conv2d(x, depthwise, np.ones((1, 2, 1, 1)))
    array([[[[18.]]]])
    """
    x, depthwise, pointwise, *rest = as_numbers(
        x=x, depthwise=depthwise, pointwise=pointwise, bias=bias
    )
    _check(x, depthwise, pointwise)
    between = conv2d(x, depthwise, None, stride, padding, dilation, groups=x.shape[1])
    return conv2d(between, pointwise, bias=rest[0] if rest else None)


def depthwise_separable_conv2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    depthwise: ArrayLike,
    pointwise: ArrayLike,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
) -> tuple[Array, Array, Array, Array]:
    """Give the gradients of `depthwise_separable_conv2d`.

    Parameters
    ----------
    grad_output : float array, shape (N, C_out, H_out, W_out)
    x : float array, shape (N, C_in, H, W)
    depthwise : float array, shape (C_in, 1, K_h, K_w)
    pointwise : float array, shape (C_out, C_in, 1, 1)
    stride, padding, dilation
        As in `depthwise_separable_conv2d`.

    Returns
    -------
    grad_x, grad_depthwise, grad_pointwise, grad_bias : float arrays
        Of the shapes of `x`, the two weights and the bias. The image between the two steps is
        computed again.

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv2d_backward`.

    Examples
    --------
    >>> x, depthwise = np.ones((1, 2, 3, 3)), np.ones((2, 1, 3, 3))
    >>> _, _, grad_pointwise, grad_bias = depthwise_separable_conv2d_backward(
    ...     [[[[1.0]]]], x, depthwise, np.ones((1, 2, 1, 1)))
    >>> grad_pointwise.ravel(), grad_bias
    (array([9., 9.]), array([1.]))
    """
    grad_output, x, depthwise, pointwise = as_floats(
        grad_output=grad_output, x=x, depthwise=depthwise, pointwise=pointwise
    )
    _check(x, depthwise, pointwise)
    options = stride, padding, dilation, x.shape[1]
    between = conv2d(x, depthwise, None, *options)
    grad_between, grad_pointwise, grad_bias = conv2d_backward(grad_output, between, pointwise)
    grad_x, grad_depthwise, _ = conv2d_backward(grad_between, x, depthwise, *options)
    return grad_x, grad_depthwise, grad_pointwise, grad_bias


class DepthwiseSeparableConv2d(Layer):
    """`depthwise_separable_conv2d` as a layer.

    Parameters
    ----------
    in_channels, out_channels : int
        At least 1.
    kernel_size : int or (int, int)
        Pixels.
    stride, padding, dilation
        As in `depthwise_separable_conv2d`.
    bias : bool
        Whether to add one; it starts at 0.
    init, rng, dtype
        As in `Conv2d`.

    Examples
    --------
    >>> layer = DepthwiseSeparableConv2d(4, 6, 3, padding=1, rng=0)
    >>> list(layer.params), layer.forward(np.ones((2, 4, 5, 5))).shape
    (['depthwise', 'pointwise', 'bias'], (2, 6, 5, 5))
    >>> layer.backward(np.ones((2, 6, 5, 5))).shape
    (2, 4, 5, 5)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Numbers,
        stride: Numbers = 1,
        padding: Padding = 0,
        dilation: Numbers = 1,
        bias: bool = True,
        *,
        init: Initializer = he_normal,
        rng: np.random.Generator | int | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        check_channels(in_channels, out_channels, groups=1)
        kernel = per_axis("kernel_size", kernel_size, 2)
        rng = np.random.default_rng(rng)
        self.options = stride, padding, dilation
        self.params["depthwise"] = init((in_channels, 1, *kernel), rng, dtype)
        self.params["pointwise"] = init((out_channels, in_channels, 1, 1), rng, dtype)
        if bias:
            self.params["bias"] = np.zeros(out_channels, dtype)

    def forward(self, x: Array) -> Array:
        """Convolve each channel, then mix the channels."""
        depthwise, pointwise = self.params["depthwise"], self.params["pointwise"]
        bias = self.params.get("bias")
        y = depthwise_separable_conv2d(x, depthwise, pointwise, bias, *self.options)
        self.remember(x)
        return y

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient of `x`, and put those of weights and bias in `grads`."""
        (x,) = self.recall()
        depthwise, pointwise = self.params["depthwise"], self.params["pointwise"]
        grad_x, *grads = depthwise_separable_conv2d_backward(
            grad_output, x, depthwise, pointwise, *self.options
        )
        self.grads.update(zip(self.params, grads, strict=False))
        return grad_x
