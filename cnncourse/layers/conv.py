"""Convolution: the loops that read like the formula, and the fast version that equals them.

What a convolutional network calls convolution is cross-correlation: the kernel is not flipped.
Only `convolve2d` flips it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cnncourse.layers import products
from cnncourse.layers.arrays import Array, as_numbers, check_axes, pad
from cnncourse.layers.geometry import Numbers, check_conv, check_conv_backward
from cnncourse.layers.init import Initializer, he_normal
from cnncourse.layers.module import Layer
from cnncourse.shapes import (
    Padding,
    check_channels,
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


def conv2d_loop(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
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
    x, weight, bias, g = check_conv(x, weight, bias, stride, padding, dilation, groups)
    padded = pad(x, g.pads)
    (K_h, K_w), (s_h, s_w), (d_h, d_w) = g.kernel_size, g.stride, g.dilation

    output = np.empty((len(x), g.out_channels, *g.output_shape), dtype=x.dtype)
    for n, o, i, j in np.ndindex(output.shape):
        group = o // g.group_out
        channels = slice(group * g.group_in, (group + 1) * g.group_in)
        rows = slice(i * s_h, i * s_h + window_size(K_h, d_h), d_h)
        columns = slice(j * s_w, j * s_w + window_size(K_w, d_w), d_w)
        output[n, o, i, j] = np.sum(padded[n, channels, rows, columns] * weight[o])
        if bias is not None:
            output[n, o, i, j] += bias[o]
    return output


def conv2d(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
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
    return products.forward(*check_conv(x, weight, bias, stride, padding, dilation, groups))


def conv2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Give the gradients of `conv2d`.

    Parameters
    ----------
    grad_output : float array, shape (N, C_out, H_out, W_out)
    x : float array, shape (N, C_in, H, W)
    weight : float array, shape (C_out, C_in // groups, K_h, K_w)
    stride, padding, dilation, groups
        As in `conv2d`.

    Returns
    -------
    grad_x, grad_weight, grad_bias : float arrays
        Of the shapes of `x`, `weight` and the bias; the last two are sums over the batch.

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv2d`; also if `grad_output` does not have the shape of the output, or the arrays
        hold integers.

    Examples
    --------
    >>> x = np.arange(4.0).reshape(1, 1, 2, 2)
    >>> grad_x, grad_weight, grad_bias = conv2d_backward([[[[1.0, 10.0]]]], x, [[[[2.0], [3.0]]]])
    >>> grad_x[0, 0]
    array([[ 2., 20.],
           [ 3., 30.]])
    >>> grad_weight.ravel(), grad_bias
    (array([10., 32.]), array([11.]))
    """
    options = stride, padding, dilation, groups
    grad_output, (x, weight, _, g) = check_conv_backward(grad_output, x, weight, *options)
    return products.gradients(grad_output, x, weight, g)


class ConvNd(Layer):
    """What `Conv1d`, `Conv2d` and `Conv3d` have in common; their parameters are described there.

    A subclass names its function, the function's gradients, and the axes that a kernel moves along.
    """

    axes: ClassVar[int]
    function: ClassVar[Callable[..., Array]]
    function_backward: ClassVar[Callable[..., tuple[Array, Array, Array]]]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Numbers,
        stride: Numbers = 1,
        padding: Padding = 0,
        dilation: Numbers = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        init: Initializer = he_normal,
        rng: np.random.Generator | int | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        kernel = per_axis("kernel_size", kernel_size, self.axes)
        check_channels(in_channels, out_channels, groups)
        stride = per_axis("stride", stride, self.axes)
        dilation = per_axis("dilation", dilation, self.axes)
        padding_pairs(padding, kernel, stride, dilation)  # refuses what is not a padding
        self.options = stride, padding, dilation, groups
        self.params["weight"] = init((out_channels, in_channels // groups, *kernel), rng, dtype)
        if bias:
            self.params["bias"] = np.zeros(out_channels, dtype)

    def forward(self, x: Array) -> Array:
        """Convolve."""
        y = self.function(x, self.params["weight"], self.params.get("bias"), *self.options)
        self.remember(x)
        return y

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient of `x`, and put those of weight and bias in `grads`."""
        (x,) = self.recall()
        grad_x, *grads = self.function_backward(
            grad_output, x, self.params["weight"], *self.options
        )
        self.grads.update(zip(self.params, grads, strict=False))
        return grad_x


class Conv2d(ConvNd):
    """`conv2d` as a layer.

    Parameters
    ----------
    in_channels, out_channels : int
        At least 1.
    kernel_size : int or (int, int)
        Pixels.
    stride, padding, dilation, groups
        As in `conv2d`.
    bias : bool
        Whether to add one; it starts at 0.
    init : Initializer
        What the weights start with; see `cnncourse.layers.init`.
    rng : numpy.random.Generator or int, optional
        Where the first weights come from: the same seed, the same weights.
    dtype : float32 or float64

    Raises
    ------
    ArgumentError
        If `groups` does not divide the channels, or an option is out of its range.

    Examples
    --------
    >>> layer = Conv2d(3, 8, 5, padding=2, rng=0)
    >>> layer.params["weight"].shape, layer.forward(np.ones((2, 3, 7, 9))).shape
    ((8, 3, 5, 5), (2, 8, 7, 9))
    >>> layer.backward(np.ones((2, 8, 7, 9))).shape, layer.grads["bias"][0]
    ((2, 3, 7, 9), np.float64(126.0))
    """

    axes = 2
    function = staticmethod(conv2d)
    function_backward = staticmethod(conv2d_backward)
