"""Three famous ways to compute a convolution, written to be read, with what each of them costs.

They give what `conv2d` gives. `conv2d` itself goes the first way, a strip at a time.

- im2col: copy every window into a column and multiply two matrices. As many multiplications as
  the formula, and K_h K_w times the memory of the images.
- FFT: a convolution is a product of spectra. The number of multiplications hardly depends on the
  kernel's size, so it pays for large kernels.
- Winograd: compute 2 x 2 outputs of a 3 x 3 kernel together, with 16 multiplications, not 36.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from numpy.typing import ArrayLike

from cnncourse.errors import ShapeError
from cnncourse.layers.arrays import Array, as_floats, as_numbers, check_axes, pad
from cnncourse.layers.checks import check_shape
from cnncourse.layers.geometry import Convolution, Numbers, check_conv
from cnncourse.shapes import Padding, conv_output_shape, padding_pairs, per_axis, window_size


def im2col(
    x: ArrayLike,
    kernel_size: Numbers,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
) -> Array:
    """Copy each window of the images into a column.

    Parameters
    ----------
    x : array, shape (N, C, H, W)
    kernel_size, stride, padding, dilation
        As in `conv2d`.

    Returns
    -------
    array, shape (N, C K_h K_w, H_out W_out)
        Rows in the order of a kernel's weights, columns in that of the output's pixels.

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv2d`.

    Examples
    --------
    >>> im2col(np.arange(9).reshape(1, 1, 3, 3), kernel_size=2)[0]
    array([[0, 1, 3, 4],
           [1, 2, 4, 5],
           [3, 4, 6, 7],
           [4, 5, 7, 8]])
    """
    (x,) = as_numbers(x=x)
    check_axes("x", x, "N, C, H, W")
    K_h, K_w = per_axis("kernel_size", kernel_size, 2)
    s_h, s_w = per_axis("stride", stride, 2)
    d_h, d_w = per_axis("dilation", dilation, 2)
    padded = pad(x, padding_pairs(padding, (K_h, K_w), (s_h, s_w), (d_h, d_w)))
    H_out, W_out = conv_output_shape(x.shape[2:], kernel_size, stride, padding, dilation)
    N, C = x.shape[:2]
    n, c, h, w = padded.strides
    # (N, C, H, W) -> (N, C, K_h, K_w, H_out, W_out): every window, without copying a pixel yet
    windows = as_strided(
        padded, (N, C, K_h, K_w, H_out, W_out), (n, c, h * d_h, w * d_w, h * s_h, w * s_w)
    )
    return windows.reshape(N, C * K_h * K_w, H_out * W_out)


def col2im(
    columns: ArrayLike,
    input_shape: Sequence[int],
    kernel_size: Numbers,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
) -> Array:
    """Add each number of a column to the pixel that `im2col` copied it from: its gradient.

    Parameters
    ----------
    columns : array, shape (N, C K_h K_w, H_out W_out)
    input_shape : (int, int)
        H and W of the images.
    kernel_size, stride, padding, dilation
        As in `im2col`.

    Returns
    -------
    array, shape (N, C, H, W)

    Raises
    ------
    ShapeError
        If `columns` is not what `im2col` gives for such images.
    ArgumentError
        As in `conv2d`.

    Examples
    --------
    >>> col2im(np.ones((1, 4, 4), dtype=int), (3, 3), kernel_size=2)[0, 0]
    array([[1, 2, 1],
           [2, 4, 2],
           [1, 2, 1]])
    """
    (columns,) = as_numbers(columns=columns)
    check_axes("columns", columns, "N, C K_h K_w, H_out W_out")
    K_h, K_w = per_axis("kernel_size", kernel_size, 2)
    s_h, s_w = per_axis("stride", stride, 2)
    d_h, d_w = per_axis("dilation", dilation, 2)
    H, W = per_axis("input_shape", input_shape, 2)
    pads = padding_pairs(padding, (K_h, K_w), (s_h, s_w), (d_h, d_w))
    H_out, W_out = conv_output_shape((H, W), kernel_size, stride, padding, dilation)
    N, C = len(columns), columns.shape[1] // (K_h * K_w)
    check_shape("columns", columns, (N, C * K_h * K_w, H_out * W_out))

    windows = columns.reshape(N, C, K_h, K_w, H_out, W_out)
    padded = np.zeros((N, C, H + sum(pads[0]), W + sum(pads[1])), dtype=columns.dtype)
    for m, n in np.ndindex(K_h, K_w):
        rows = slice(m * d_h, m * d_h + window_size(H_out, s_h), s_h)
        across = slice(n * d_w, n * d_w + window_size(W_out, s_w), s_w)
        padded[:, :, rows, across] += windows[:, :, m, n]
    (top, _), (left, _) = pads
    return padded[:, :, top : top + H, left : left + W]


def conv2d_im2col(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Numbers = 1,
    padding: Padding = 0,
    dilation: Numbers = 1,
) -> Array:
    """Do as `conv2d` does, as one product of matrices: kernels in rows, windows in columns.

    Parameters, result and errors are those of `conv2d`, without groups.

    References
    ----------
    Chellapilla, Puri and Simard, "High performance convolutional neural networks for document
    processing", 2006.

    Examples
    --------
    >>> conv2d_im2col(np.arange(9).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2), int))[0, 0]
    array([[ 8, 12],
           [20, 24]])
    """
    x, weight, bias, g = check_conv(x, weight, bias, stride, padding, dilation, groups=1)
    columns = im2col(x, g.kernel_size, stride, padding, dilation)
    # (C_out, C_in K_h K_w) @ (N, C_in K_h K_w, H_out W_out)
    output = weight.reshape(g.out_channels, g.taps) @ columns
    return _with_bias(output.reshape(len(x), g.out_channels, *g.output_shape), bias)


def conv2d_fft(
    x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, padding: Padding = 0
) -> Array:
    """Do as `conv2d` does, by Fourier transforms: cross-correlations are products of spectra.

    Parameters, result and errors are those of `conv2d`, at stride and dilation 1 and without
    groups. Integers alone are refused, and a NaN spoils its whole image.

    References
    ----------
    Mathieu, Henaff and LeCun, "Fast training of convolutional networks through FFTs",
    arXiv:1312.5851.

    Examples
    --------
    >>> conv2d_fft(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)))[0, 0].round(9)
    array([[ 8., 12.],
           [20., 24.]])
    """
    x, weight, bias, g = _plain(x, weight, bias, padding)
    padded = pad(x, g.pads)
    size = padded.shape[2:]
    images = np.fft.rfft2(padded)  # (N, C_in, H, W // 2 + 1), complex
    kernels = np.fft.rfft2(weight, size).conj()  # the conjugate turns the kernel round: no flip
    # a product of matrices at each frequency: (.., N, C_in) @ (.., C_in, C_out)
    spectrum = images.transpose(2, 3, 0, 1) @ kernels.transpose(2, 3, 1, 0)
    everywhere = np.fft.irfft2(spectrum.transpose(2, 3, 0, 1), size)
    H_out, W_out = g.output_shape  # beyond these, the image is taken as repeating
    output = everywhere[:, :, :H_out, :W_out].astype(x.dtype)
    return _with_bias(output, bias)


# F(2 x 2, 3 x 3): with these, a 2 x 2 output is A (G g G^T * B d B^T) A^T for a 3 x 3 kernel g and
# a 4 x 4 piece d of the image; * multiplies number by number.
WINOGRAD_B = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]])
WINOGRAD_G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
WINOGRAD_A = np.array([[1, 1, 1, 0], [0, 1, -1, -1]])


def conv2d_winograd(
    x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, padding: Padding = 0
) -> Array:
    """Do as `conv2d` does for 3 x 3 kernels, with 16 multiplications for each 2 x 2 outputs.

    Parameters, result and errors are those of `conv2d`, at stride and dilation 1 and without
    groups. Integers alone are refused, and a NaN spoils up to a pixel more than its windows.

    References
    ----------
    Lavin and Gray, "Fast algorithms for convolutional neural networks", arXiv:1509.09308.

    Examples
    --------
    >>> conv2d_winograd(np.arange(16.0).reshape(1, 1, 4, 4), np.ones((1, 1, 3, 3)))[0, 0]
    array([[45., 54.],
           [81., 90.]])
    """
    x, weight, bias, g = _plain(x, weight, bias, padding)
    if g.kernel_size != (3, 3):
        raise ShapeError("weight", "kernels of 3 x 3", f"{g.kernel_size}")
    A, B, G = (m.astype(x.dtype) for m in (WINOGRAD_A, WINOGRAD_B, WINOGRAD_G))
    N, (H_out, W_out) = len(x), g.output_shape
    padded = pad(pad(x, g.pads), [(0, H_out % 2), (0, W_out % 2)])
    # pieces of 4 x 4, two pixels apart: (N, C_in, rows, columns, 4, 4)
    pieces = sliding_window_view(padded, (4, 4), axis=(2, 3))[:, :, ::2, ::2]
    rows, columns = pieces.shape[2:4]

    images = _both_sides(B, pieces.transpose(4, 5, 1, 0, 2, 3))
    kernels = _both_sides(G, weight.transpose(2, 3, 0, 1))
    # 16 products of matrices: (4, 4, C_out, C_in) @ (4, 4, C_in, N rows columns)
    products = kernels.reshape(4, 4, g.out_channels, g.in_channels) @ images.reshape(
        4, 4, g.in_channels, N * rows * columns
    )
    squares = _both_sides(A, products).reshape(2, 2, g.out_channels, N, rows, columns)
    output = squares.transpose(3, 2, 4, 0, 5, 1)  # (N, C_out, rows, 2, columns, 2)
    output = output.reshape(N, g.out_channels, 2 * rows, 2 * columns)[:, :, :H_out, :W_out]
    return _with_bias(np.ascontiguousarray(output), bias)


def _both_sides(matrix: Array, squares: Array) -> Array:
    """Compute matrix @ square @ matrix.T for many squares: (k, k, ...) -> (m, m, others)."""
    m, k = matrix.shape
    from_left = (matrix @ squares.reshape(k, -1)).reshape(m, k, -1)
    return matrix @ from_left


def _plain(
    x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None, padding: Padding
) -> Convolution:
    """Check the arguments of a convolution of floats at stride and dilation 1."""
    x, weight, *rest = as_floats(x=x, weight=weight, bias=bias)
    return check_conv(x, weight, rest[0] if rest else None, 1, padding, 1, groups=1)


def _with_bias(output: Array, bias: Array | None) -> Array:
    if bias is not None:
        output += bias[:, None, None]
    return output


class Cost(NamedTuple):
    """What a way to convolve costs: multiplications of real numbers, and numbers held at once.

    The numbers are those beyond images, kernels and output.
    """

    multiplications: int
    numbers: int


def conv2d_costs(
    x_shape: Sequence[int], weight_shape: Sequence[int], padding: Padding = 0
) -> dict[str, Cost]:
    """Count what the formula, im2col, FFT and Winograd cost, at stride and dilation 1.

    Parameters
    ----------
    x_shape : (int, int, int, int)
        N, C_in, H, W.
    weight_shape : (int, int, int, int)
        C_out, C_in, K_h, K_w.
    padding : int or (int, int), 'same' or 'valid'

    Returns
    -------
    dict of str to Cost
        Under 'direct', 'im2col', 'fft' and, for 3 x 3, 'winograd'. A Fourier transform of n real
        numbers is taken as n log2(n) multiplications.

    Raises
    ------
    ShapeError, ArgumentError
        As in `conv2d`.

    Examples
    --------
    >>> costs = conv2d_costs((1, 64, 56, 56), (64, 64, 3, 3), padding=1)
    >>> costs["direct"].multiplications / costs["winograd"].multiplications
    2.25
    >>> costs["im2col"].numbers // (64 * 56 * 56)
    9
    """
    N, C_in, *image = per_axis("x_shape", x_shape, 4)
    C_out, _, *kernel = per_axis("weight_shape", weight_shape, 4)
    H_out, W_out = conv_output_shape(image, kernel, 1, padding)
    taps = C_in * math.prod(kernel)
    direct = N * C_out * H_out * W_out * taps

    pads = padding_pairs(padding, kernel, (1, 1), (1, 1))
    H, W = (size + sum(pair) for size, pair in zip(image, pads, strict=True))
    # complex numbers: four multiplications for a product, two numbers in memory
    spectrum = H * (W // 2 + 1)
    planes = N * C_in + C_out * C_in + N * C_out
    transforms = planes * math.ceil(H * W * math.log2(H * W))

    costs = {
        "direct": Cost(direct, 0),
        "im2col": Cost(direct, N * taps * H_out * W_out),
        "fft": Cost(
            transforms + 4 * N * C_out * C_in * spectrum, 2 * planes * spectrum
        ),
    }
    if tuple(kernel) == (3, 3):
        pieces = N * -(-H_out // 2) * -(-W_out // 2)
        costs["winograd"] = Cost(
            16 * C_out * C_in * pieces,
            16 * (C_out * C_in + (C_in + C_out) * pieces),
        )
    return costs
