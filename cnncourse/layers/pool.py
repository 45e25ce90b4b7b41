"""Pooling: one number for each window, its largest or its mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers.arrays import Array, as_floats, as_numbers, check_axes, pad
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
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
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
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
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
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
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
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
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
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
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
    H, W = x.shape[2:]
    counts = np.outer(_counts(H, w, 0, count_include_pad), _counts(W, w, 1, count_include_pad))
    output /= counts.astype(x.dtype)
    return output


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
