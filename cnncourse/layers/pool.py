"""Pooling: one number for each window, its largest or its mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers.arrays import Array, as_floats, as_numbers, check_axes, pad
from cnncourse.layers.checks import check_shape
from cnncourse.layers.geometry import Numbers
from cnncourse.layers.module import Layer
from cnncourse.shapes import conv_output_shape, per_axis, window_size


class _Windows(NamedTuple):
    """Where the windows of a pooling lie, for each axis."""

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    output_shape: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]  # `padding`, and what the last windows need beyond it


def _windows(
    x: Array,
    kernel_size: Numbers,
    stride: Numbers | None,
    padding: Numbers,
    dilation: Numbers,
    ceil_mode: bool,
) -> _Windows:
    check_axes("x", x, "N, C, H, W")
    kernel = per_axis("kernel_size", kernel_size, 2)
    steps = kernel if stride is None else per_axis("stride", stride, 2)
    zeros = per_axis("padding", padding, 2, at_least=0)
    gaps = per_axis("dilation", dilation, 2)
    if any(2 * p > k for p, k in zip(zeros, kernel, strict=True)):
        raise ArgumentError("padding", f"at most half the kernel, {kernel}", zeros)
    if ceil_mode:
        output = tuple(map(_output_size_ceil, x.shape[2:], kernel, steps, zeros, gaps))
    else:
        output = conv_output_shape(x.shape[2:], kernel, steps, zeros, gaps)
    reach = [
        (n - 1) * s + window_size(k, d)
        for n, s, k, d in zip(output, steps, kernel, gaps, strict=True)
    ]
    pads = tuple(
        (p, max(p, r - p - size)) for p, r, size in zip(zeros, reach, x.shape[2:], strict=True)
    )
    return _Windows(kernel, steps, zeros, gaps, output, pads)


def _output_size_ceil(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Count windows where the last may hang over the end of the padded image.

    It must still start in the image, or in the padding before it.
    """
    count = -(-(size + 2 * padding - window_size(kernel, dilation)) // stride) + 1
    if (count - 1) * stride >= size + padding:
        count -= 1
    if count < 1:
        raise ShapeError(
            "kernel_size",
            f"a window that at most {size + 2 * padding + stride - 1} pixels hold",
            f"a window of {window_size(kernel, dilation)}",
        )
    return count


def _lowest(dtype: np.dtype) -> float:
    """Give the value that never is the largest."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def max_pool2d_loop(
    x: ArrayLike,
    kernel_size: Numbers,
    stride: Numbers | None = None,
    padding: Numbers = 0,
    dilation: Numbers = 1,
    ceil_mode: bool = False,
) -> Array:
    """Pool as `max_pool2d` does, one window at a time: its specification.

    Parameters, result and errors are those of `max_pool2d`.

    Examples
    --------
    >>> max_pool2d_loop(np.arange(16).reshape(1, 1, 4, 4), 2)[0, 0]
    array([[ 5,  7],
           [13, 15]])
    """
    (x,) = as_numbers(x=x)
    w = _windows(x, kernel_size, stride, padding, dilation, ceil_mode)
    padded = pad(x, w.pads, _lowest(x.dtype))
    output = np.empty((*x.shape[:2], *w.output_shape), dtype=x.dtype)
    for n, c, i, j in np.ndindex(output.shape):
        output[n, c, i, j] = np.max(padded[n, c][_window(w, i, j)])
    return output


def _window(w: _Windows, i: int, j: int) -> tuple[slice, slice]:
    """Give the rows and columns of the padded image that belong to output (i, j)."""
    (K_h, K_w), (s_h, s_w), (d_h, d_w) = w.kernel_size, w.stride, w.dilation
    rows = slice(i * s_h, i * s_h + window_size(K_h, d_h), d_h)
    columns = slice(j * s_w, j * s_w + window_size(K_w, d_w), d_w)
    return rows, columns


def _taps(padded: Array, w: _Windows) -> Iterator[Array]:
    """Give each tap's pixels for all windows at once, as views of shape (N, C, H_out, W_out)."""
    for taps in np.ndindex(w.kernel_size):
        rows, columns = (
            slice(t * d, t * d + (n - 1) * s + 1, s)
            for t, d, n, s in zip(taps, w.dilation, w.output_shape, w.stride, strict=True)
        )
        yield padded[:, :, rows, columns]


def max_pool2d(
    x: ArrayLike,
    kernel_size: Numbers,
    stride: Numbers | None = None,
    padding: Numbers = 0,
    dilation: Numbers = 1,
    ceil_mode: bool = False,
) -> Array:
    """Keep the largest value of each window.

    Parameters
    ----------
    x : array, shape (N, C, H, W)
        Float32, float64 or integers (which give int64). N may be 0. A NaN is kept as the largest.
    kernel_size, dilation : int or (int, int)
        Pixels, at least 1.
    stride : int or (int, int), optional
        Pixels between windows, at least 1; windows side by side if left out.
    padding : int or (int, int)
        Pixels on each side, at most half the kernel. They are never the largest.
    ceil_mode : bool
        Whether a last window that hangs over the end counts.

    Returns
    -------
    array, shape (N, C, H_out, W_out)

    Raises
    ------
    ShapeError
        If `x` does not have four axes, or the window exceeds the padded image.
    ArgumentError
        If an option is out of its range.

    Examples
    --------
    >>> max_pool2d(np.arange(16).reshape(1, 1, 4, 4), 2)[0, 0]
    array([[ 5,  7],
           [13, 15]])
    """
    (x,) = as_numbers(x=x)
    w = _windows(x, kernel_size, stride, padding, dilation, ceil_mode)
    taps = _taps(pad(x, w.pads, _lowest(x.dtype)), w)
    output = next(taps).copy()
    for tap in taps:
        np.maximum(output, tap, out=output)
    return output


def max_pool2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    kernel_size: Numbers,
    stride: Numbers | None = None,
    padding: Numbers = 0,
    dilation: Numbers = 1,
    ceil_mode: bool = False,
) -> Array:
    """Give the gradient of `max_pool2d`: all of it to the largest value of each window.

    Parameters
    ----------
    grad_output : float array, shape (N, C, H_out, W_out)
    x : float array, shape (N, C, H, W)
    kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool2d`.

    Returns
    -------
    float array, shape (N, C, H, W)
        Of several equal values the first is the largest, row by row; of several NaN the last.

    Raises
    ------
    ShapeError, ArgumentError
        As in `max_pool2d`; also if `grad_output` does not have the shape of the output, or the
        arrays hold integers.

    Examples
    --------
    >>> max_pool2d_backward([[[[5.0]]]], [[[[1.0, 3.0], [2.0, 3.0]]]], 2)[0, 0]
    array([[0., 5.],
           [0., 0.]])
    """
    grad_output, x = as_floats(grad_output=grad_output, x=x)
    w = _windows(x, kernel_size, stride, padding, dilation, ceil_mode)
    check_shape("grad_output", grad_output, (*x.shape[:2], *w.output_shape))
    taps = _taps(pad(x, w.pads, _lowest(x.dtype)), w)
    largest = next(taps).copy()
    winner = np.zeros(largest.shape, dtype=np.int32)  # the tap that holds it
    for number, tap in enumerate(taps, start=1):
        larger = (tap > largest) | np.isnan(tap)
        np.copyto(largest, tap, where=larger)
        winner[larger] = number

    grad_padded = np.zeros(_padded_shape(x, w), dtype=x.dtype)
    for number, tap in enumerate(_taps(grad_padded, w)):
        np.add(tap, grad_output, out=tap, where=winner == number)
    return _inside(grad_padded, x, w)


def _padded_shape(x: Array, w: _Windows) -> tuple[int, ...]:
    sizes = (size + sum(pads) for size, pads in zip(x.shape[2:], w.pads, strict=True))
    return (*x.shape[:2], *sizes)


def _inside(padded: Array, x: Array, w: _Windows) -> Array:
    """Leave the padding out."""
    (top, _), (left, _) = w.pads
    H, W = x.shape[2:]
    return np.ascontiguousarray(padded[:, :, top : top + H, left : left + W])


def _counts(size: int, w: _Windows, axis: int, count_include_pad: bool) -> NDArray[np.intp]:
    """Count the pixels of each window along one axis; what hangs over the padding never counts."""
    p = w.padding[axis]
    starts = np.arange(w.output_shape[axis]) * w.stride[axis] - p
    ends = starts + w.kernel_size[axis]
    if count_include_pad:
        return np.minimum(ends, size + p) - starts
    return np.minimum(ends, size) - np.maximum(starts, 0)


def avg_pool2d_loop(
    x: ArrayLike,
    kernel_size: Numbers,
    stride: Numbers | None = None,
    padding: Numbers = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """Pool as `avg_pool2d` does, one window at a time: its specification.

    Parameters, result and errors are those of `avg_pool2d`.

    Examples
    --------
    >>> avg_pool2d_loop(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    (x,) = as_floats(x=x)
    w = _windows(x, kernel_size, stride, padding, 1, ceil_mode)
    padded = pad(x, w.pads)
    # 1 where a pixel counts, 0 where it does not
    counts = pad(np.ones(x.shape[2:]), [(p, p) for p in w.padding], value=count_include_pad)
    counts = pad(counts, [(0, n - m) for n, m in zip(padded.shape[2:], counts.shape, strict=True)])
    output = np.empty((*x.shape[:2], *w.output_shape), dtype=x.dtype)
    for n, c, i, j in np.ndindex(output.shape):
        window = _window(w, i, j)
        output[n, c, i, j] = np.sum(padded[n, c][window]) / np.sum(counts[window])
    return output


def avg_pool2d(
    x: ArrayLike,
    kernel_size: Numbers,
    stride: Numbers | None = None,
    padding: Numbers = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """Take the mean of each window.

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
        N may be 0.
    kernel_size : int or (int, int)
        Pixels, at least 1.
    stride : int or (int, int), optional
        Pixels between windows, at least 1; windows side by side if left out.
    padding : int or (int, int)
        Zeros on each side, at most half the kernel.
    ceil_mode : bool
        Whether a last window that hangs over the end counts.
    count_include_pad : bool
        Whether the zeros of the padding are among the values averaged. What hangs over the
        padding never is.

    Returns
    -------
    float array, shape (N, C, H_out, W_out)

    Raises
    ------
    ShapeError
        If `x` does not have four axes, or the window exceeds the padded image.
    ArgumentError
        If an option is out of its range, or `x` holds integers: their mean is not one.

    Examples
    --------
    >>> avg_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """
    (x,) = as_floats(x=x)
    w = _windows(x, kernel_size, stride, padding, 1, ceil_mode)
    taps = _taps(pad(x, w.pads), w)
    output = next(taps).copy()
    for tap in taps:
        output += tap
    output /= _window_sizes(x, w, count_include_pad)
    return output


def _window_sizes(x: Array, w: _Windows, count_include_pad: bool) -> Array:
    """Count the pixels that each window averages: (H_out, W_out)."""
    rows, columns = (
        _counts(size, w, axis, count_include_pad) for axis, size in enumerate(x.shape[2:])
    )
    return np.outer(rows, columns).astype(x.dtype)


def avg_pool2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    kernel_size: Numbers,
    stride: Numbers | None = None,
    padding: Numbers = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Array:
    """Give the gradient of `avg_pool2d`: an equal share to each pixel of a window.

    Parameters
    ----------
    grad_output : float array, shape (N, C, H_out, W_out)
    x : float array, shape (N, C, H, W)
        Only its shape matters.
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As in `avg_pool2d`.

    Returns
    -------
    float array, shape (N, C, H, W)

    Raises
    ------
    ShapeError, ArgumentError
        As in `avg_pool2d`; also if `grad_output` does not have the shape of the output.

    Examples
    --------
    >>> avg_pool2d_backward([[[[8.0]]]], np.zeros((1, 1, 2, 2)), 2)[0, 0]
    array([[2., 2.],
           [2., 2.]])
    """
    grad_output, x = as_floats(grad_output=grad_output, x=x)
    w = _windows(x, kernel_size, stride, padding, 1, ceil_mode)
    check_shape("grad_output", grad_output, (*x.shape[:2], *w.output_shape))
    share = grad_output / _window_sizes(x, w, count_include_pad)
    grad_padded = np.zeros(_padded_shape(x, w), dtype=x.dtype)
    for tap in _taps(grad_padded, w):
        tap += share
    return _inside(grad_padded, x, w)


def global_avg_pool2d(x: ArrayLike) -> Array:
    """Take the mean of each channel.

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
        N may be 0.

    Returns
    -------
    float array, shape (N, C)

    Raises
    ------
    ShapeError
        If `x` does not have four axes, or no pixel.
    ArgumentError
        If `x` holds integers: their mean is not one.

    Examples
    --------
    >>> global_avg_pool2d(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """
    (x,) = as_floats(x=x)
    check_axes("x", x, "N, C, H, W")
    return x.mean(axis=(2, 3))


def global_avg_pool2d_backward(grad_output: ArrayLike, x: ArrayLike) -> Array:
    """Give the gradient of `global_avg_pool2d`: an equal share to each pixel of a channel.

    Parameters
    ----------
    grad_output : float array, shape (N, C)
    x : float array, shape (N, C, H, W)
        Only its shape matters.

    Returns
    -------
    float array, shape (N, C, H, W)

    Raises
    ------
    ShapeError, ArgumentError
        As in `global_avg_pool2d`; also if `grad_output` does not have the shape of the output.

    Examples
    --------
    >>> global_avg_pool2d_backward([[8.0]], np.zeros((1, 1, 2, 2)))[0, 0]
    array([[2., 2.],
           [2., 2.]])
    """
    grad_output, x = as_floats(grad_output=grad_output, x=x)
    check_axes("x", x, "N, C, H, W")
    check_shape("grad_output", grad_output, x.shape[:2])
    H, W = x.shape[2:]
    return np.broadcast_to(grad_output[:, :, None, None] / (H * W), x.shape).astype(x.dtype)


def _adaptive_windows(size: int, number: int) -> list[slice]:
    """Split an axis into windows as equal as can be; neighbours share a pixel where they must."""
    return [slice(i * size // number, -(-(i + 1) * size // number)) for i in range(number)]


def _check_adaptive(
    x: Array, output_size: Numbers
) -> tuple[list[slice], list[slice]]:
    check_axes("x", x, "N, C, H, W")
    H_out, W_out = per_axis("output_size", output_size, 2)
    return _adaptive_windows(x.shape[2], H_out), _adaptive_windows(x.shape[3], W_out)


def adaptive_avg_pool2d_loop(x: ArrayLike, output_size: Numbers) -> Array:
    """Pool as `adaptive_avg_pool2d` does, one window at a time: its specification.

    Parameters, result and errors are those of `adaptive_avg_pool2d`.

    Examples
    --------
    >>> adaptive_avg_pool2d_loop([[[[1.0, 2.0, 6.0]]]], (1, 2))
    array([[[[1.5, 4. ]]]])
    """
    (x,) = as_floats(x=x)
    rows, columns = _check_adaptive(x, output_size)
    output = np.empty((*x.shape[:2], len(rows), len(columns)), dtype=x.dtype)
    for n, c, i, j in np.ndindex(output.shape):
        output[n, c, i, j] = np.mean(x[n, c, rows[i], columns[j]])
    return output


def adaptive_avg_pool2d(x: ArrayLike, output_size: Numbers) -> Array:
    """Take the mean of each window, with windows chosen to give an output of a given size.

    Parameters
    ----------
    x : float array, shape (N, C, H, W)
        N may be 0.
    output_size : int or (int, int)
        Pixels, at least 1. Output i averages pixels floor(i H / H_out) to
        ceil((i + 1) H / H_out) - 1, so windows may differ by a pixel and share one.

    Returns
    -------
    float array, shape (N, C, H_out, W_out)

    Raises
    ------
    ShapeError
        If `x` does not have four axes, or no pixel.
    ArgumentError
        If `output_size` is out of its range, or `x` holds integers: their mean is not one.

    Examples
    --------
    >>> adaptive_avg_pool2d([[[[1.0, 2.0, 6.0]]]], (1, 2))
    array([[[[1.5, 4. ]]]])
    """
    (x,) = as_floats(x=x)
    rows, columns = _check_adaptive(x, output_size)
    # the mean of a window is the mean of its rows' means
    by_rows = np.stack([x[:, :, window].mean(axis=2) for window in rows], axis=2)
    return np.stack([by_rows[..., window].mean(axis=3) for window in columns], axis=3)


def adaptive_avg_pool2d_backward(
    grad_output: ArrayLike, x: ArrayLike, output_size: Numbers
) -> Array:
    """Give the gradient of `adaptive_avg_pool2d`: an equal share to each pixel of a window.

    Parameters
    ----------
    grad_output : float array, shape (N, C, H_out, W_out)
    x : float array, shape (N, C, H, W)
        Only its shape matters.
    output_size : int or (int, int)

    Returns
    -------
    float array, shape (N, C, H, W)

    Raises
    ------
    ShapeError, ArgumentError
        As in `adaptive_avg_pool2d`; also if `grad_output` does not have the shape of the output.

    Examples
    --------
    >>> adaptive_avg_pool2d_backward([[[[2.0, 4.0]]]], np.zeros((1, 1, 1, 3)), (1, 2))
    array([[[[1., 3., 2.]]]])
    """
    grad_output, x = as_floats(grad_output=grad_output, x=x)
    rows, columns = _check_adaptive(x, output_size)
    check_shape("grad_output", grad_output, (*x.shape[:2], len(rows), len(columns)))
    by_rows = np.zeros((*x.shape[:2], len(rows), x.shape[3]), dtype=x.dtype)
    for j, window in enumerate(columns):
        by_rows[..., window] += grad_output[..., j, None] / (window.stop - window.start)
    grad_x = np.zeros_like(x)
    for i, window in enumerate(rows):
        grad_x[:, :, window] += by_rows[:, :, i, None] / (window.stop - window.start)
    return grad_x


class _Pool(Layer):
    """A pooling as a layer: it has no parameters, and remembers its input."""

    function: ClassVar[Callable[..., Array]]
    function_backward: ClassVar[Callable[..., Array]]

    def __init__(self, **options: object) -> None:
        super().__init__()
        self.options = options

    def forward(self, x: Array) -> Array:
        """Pool."""
        y = self.function(x, **self.options)
        self.remember(x)
        return y

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient of the last `x`."""
        (x,) = self.recall()
        return self.function_backward(grad_output, x, **self.options)


class MaxPool2d(_Pool):
    """`max_pool2d` as a layer; its parameters are described there.

    Examples
    --------
    >>> layer = MaxPool2d(2)
    >>> layer.forward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]))
    array([[[[4.]]]])
    >>> layer.backward(np.array([[[[7.0]]]]))[0, 0]
    array([[0., 0.],
           [0., 7.]])
    """

    function = staticmethod(max_pool2d)
    function_backward = staticmethod(max_pool2d_backward)

    def __init__(
        self,
        kernel_size: Numbers,
        stride: Numbers | None = None,
        padding: Numbers = 0,
        dilation: Numbers = 1,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            dilation=dilation,
            ceil_mode=ceil_mode,
        )


class AvgPool2d(_Pool):
    """`avg_pool2d` as a layer; its parameters are described there.

    Examples
    --------
    >>> layer = AvgPool2d(2)
    >>> layer.forward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]))
    array([[[[2.5]]]])
    >>> layer.backward(np.array([[[[8.0]]]]))[0, 0]
    array([[2., 2.],
           [2., 2.]])
    """

    function = staticmethod(avg_pool2d)
    function_backward = staticmethod(avg_pool2d_backward)

    def __init__(
        self,
        kernel_size: Numbers,
        stride: Numbers | None = None,
        padding: Numbers = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__(
            kernel_size=kernel_size,
            stride=stride,
            padding=padding,
            ceil_mode=ceil_mode,
            count_include_pad=count_include_pad,
        )


class GlobalAvgPool2d(_Pool):
    """`global_avg_pool2d` as a layer.

    Examples
    --------
    >>> GlobalAvgPool2d().forward(np.ones((2, 3, 4, 5))).shape
    (2, 3)
    """

    function = staticmethod(global_avg_pool2d)
    function_backward = staticmethod(global_avg_pool2d_backward)


class AdaptiveAvgPool2d(_Pool):
    """`adaptive_avg_pool2d` as a layer; its parameter is described there.

    Examples
    --------
    >>> AdaptiveAvgPool2d((2, 1)).forward(np.ones((2, 3, 7, 5))).shape
    (2, 3, 2, 1)
    """

    function = staticmethod(adaptive_avg_pool2d)
    function_backward = staticmethod(adaptive_avg_pool2d_backward)

    def __init__(self, output_size: Numbers) -> None:
        super().__init__(output_size=output_size)
