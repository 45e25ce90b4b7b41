"""The three products behind every convolution, and which way each shape goes.

The output is weight times columns, the gradient of the weight is gradient times columns transposed,
and the gradient of the images is either a convolution again, with the kernels flipped, or weight
transposed times gradient, added up. All convolutions of this package are made of these.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import numpy as np

from cnncourse.layers.arrays import Array
from cnncourse.layers.columns import Block, Columns, Part, bytes_of, parts, strips
from cnncourse.layers.geometry import Geometry
from cnncourse.layers.scratch import borrow

STRIP_BYTES = 7 * 2**18  # enough to be worth a product, and most of it stays in the cache
FEWEST_COLUMNS = 300  # fewer make a product that does not repay its preparation


@lru_cache(maxsize=256)
def choose_block(g: Geometry, batch: int, itemsize: int) -> Block | None:
    """Decide which way a shape goes: the one place where speed makes a difference between shapes.

    Parameters
    ----------
    g : Geometry
    batch, itemsize : int
        The number of images, and the bytes of one number.

    Returns
    -------
    Block or None
        How much of the column matrix to make at a time; None if none is needed.

    Examples
    --------
    >>> from cnncourse.layers.geometry import check_conv
    >>> vgg = check_conv(np.ones((4, 64, 56, 56)), np.ones((64, 64, 3, 3)), None, 1, 1, 1, 1)
    >>> choose_block(vgg.geometry, batch=4, itemsize=4)
    Block(images=1, groups=1, rows=14, width=56, joined=False)
    """
    height, width = g.output_shape
    # 1 x 1: each pixel is its own window, so the image is the column matrix. Nothing to copy, but
    # where images are so small that several must be joined.
    if g.pointwise and 2 * height * width >= FEWEST_COLUMNS:
        return None
    column = g.taps * itemsize
    image = column * height * width
    # Many groups (depthwise): a product for each group, as many at a time as stay in the cache.
    groups = _evenly(STRIP_BYTES // image, g.groups)
    # Small images (LeNet): several at a time, or the products are too small to be fast.
    images = STRIP_BYTES // (image * groups)
    if g.group_out > 1:
        images = max(images, FEWEST_COLUMNS // (height * width))
    if groups == g.groups and images >= 1:
        images = _evenly(images, batch)
        return Block(images, groups, height, width, joined=height * width < FEWEST_COLUMNS)
    # Large images (VGG, a ResNet's stem): as many rows as stay in the cache, but not too few.
    rows = max(STRIP_BYTES // (column * groups * width), -(-FEWEST_COLUMNS // width))
    if rows > 1 or width <= FEWEST_COLUMNS:
        return Block(1, groups, _evenly(rows, height), width)
    # Long rows (sound): a piece of one row.
    piece = max(STRIP_BYTES // (column * groups), FEWEST_COLUMNS)
    return Block(1, groups, 1, _evenly(piece, width))


def _evenly(most: int, number: int) -> int:
    """Cut a number into parts of about the same size, at most `most`: how large are they?"""
    return -(-number // -(-number // max(1, most))) if number else 1


def _by_group(grad_output: Array, g: Geometry) -> Array:
    """(N, C_out, H_out, W_out) -> (N, groups, C_out / groups, H_out W_out)."""
    return grad_output.reshape(len(grad_output), g.groups, g.group_out, math.prod(g.output_shape))


def _like(matrices: Array, gradient: Array) -> Array:
    """(N, groups, C_out / groups, L), or (1, ..., N L) if the images of `matrices` are joined."""
    n, groups, channels, length = gradient.shape
    if len(matrices) == n:
        return gradient
    return gradient.transpose(1, 2, 0, 3).reshape(1, groups, channels, n * length)


def _over_images(products: Array) -> Array:
    """Sum over the first axis, with no copy of a single product."""
    return products[0] if len(products) == 1 else products.sum(axis=0)


def _apart(product: Array, n: int) -> Array:
    """(groups, C_out / groups, N positions) -> (N, groups, C_out / groups, positions)."""
    groups, channels, positions = product.shape
    return product.reshape(groups, channels, n, positions // n).transpose(2, 0, 1, 3)


def forward(x: Array, weight: Array, bias: Array | None, g: Geometry) -> Array:
    """Convolve: weight times columns.

    Parameters
    ----------
    x : array, shape (N, C_in, H, W)
    weight : array, shape (C_out, C_in // groups, K_h, K_w)
    bias : array, shape (C_out,), optional
    g : Geometry

    Returns
    -------
    array, shape (N, C_out, H_out, W_out)
    """
    output = np.empty((len(x), g.out_channels, *g.output_shape), dtype=x.dtype)
    by_group = _by_group(output, g)
    kernels = weight.reshape(g.groups, g.group_out, g.taps)
    block = choose_block(g, len(x), x.itemsize)
    if block is None:
        pixels = x.reshape(len(x), g.groups, g.taps, math.prod(g.output_shape))
        for image, result in zip(pixels, by_group, strict=True):
            np.matmul(kernels, image, out=result)
            if bias is not None:
                result += bias.reshape(g.groups, g.group_out, 1)
        return output

    if bias is not None:
        kernels = np.concatenate([kernels, bias.reshape(g.groups, g.group_out, 1)], axis=2)
    for part, positions, matrix in _matrices(x, g, block, ones=bias is not None):
        result = by_group[part.images, part.groups, :, positions]
        _multiply(kernels[part.groups], matrix, result)
    return output


def _matrices(
    x: Array, g: Geometry, block: Block, ones: bool
) -> Iterator[tuple[Part, slice, Array]]:
    """Give the column matrix strip by strip, each with its place in the output."""
    with borrow(bytes_of(g, block, x.itemsize, ones)) as memory:
        columns = Columns(g, block, x, ones, memory)
        for part, strip in product(parts(g, len(x), block), strips(g, block)):
            yield part, strip.positions, columns.matrix(part, strip)


def _multiply(kernels: Array, matrix: Array, result: Array) -> None:
    """Write kernels @ matrix, where `result` has the shape (N, groups, C_out / groups, L)."""
    if len(matrix) == len(result):
        np.matmul(kernels, matrix, out=result)
    else:
        result[...] = _apart((kernels @ matrix)[0], len(result))


def weight_gradient(grad_output: Array, x: Array, g: Geometry) -> tuple[Array, Array]:
    """Differentiate by weight and bias: gradient times columns transposed, summed over strips.

    Parameters
    ----------
    grad_output : float array, shape (N, C_out, H_out, W_out)
    x : float array, shape (N, C_in, H, W)
    g : Geometry

    Returns
    -------
    grad_weight : float array, shape (C_out, C_in // groups, K_h, K_w)
    grad_bias : float array, shape (C_out,)
    """
    by_group = _by_group(grad_output, g)
    grad = np.zeros((g.groups, g.group_out, g.taps + 1), dtype=x.dtype)
    block = choose_block(g, len(x), x.itemsize)
    if block is None:
        pixels = x.reshape(len(x), g.groups, g.taps, math.prod(g.output_shape))
        for image, gradient in zip(pixels, by_group, strict=True):
            grad[:, :, :-1] += gradient @ image.swapaxes(1, 2)
            grad[:, :, -1] += gradient.sum(axis=2)
    else:
        for part, positions, matrix in _matrices(x, g, block, ones=True):
            gradient = _like(matrix, by_group[part.images, part.groups, :, positions])
            grad[part.groups] += _over_images(gradient @ matrix.swapaxes(2, 3))
    grad_weight = grad[:, :, :-1].reshape(g.out_channels, g.group_in, *g.kernel_size)
    return grad_weight, grad[:, :, -1].reshape(g.out_channels)


def input_gradient(grad_output: Array, weight: Array, g: Geometry) -> Array:
    """Differentiate by the images.

    Parameters
    ----------
    grad_output : float array, shape (N, C_out, H_out, W_out)
    weight : float array, shape (C_out, C_in // groups, K_h, K_w)
    g : Geometry

    Returns
    -------
    float array, shape (N, C_in, H, W)
    """
    if _adds_up(g):
        return _add_up(grad_output, weight, g)
    return forward(grad_output, _flip(weight, g), None, _flipped(g))


def _adds_up(g: Geometry) -> bool:
    """Tell whether the gradient of the images is added up window by window.

    Else it is a convolution again, of the gradient with the kernels flipped. A stride leaves gaps
    between the windows, so there it is not; and adding up costs less where there are few channels
    to add to (the first layer of LeNet).
    """
    return set(g.stride) != {1} or 4 * g.group_in <= g.group_out


def gradients(
    grad_output: Array, x: Array, weight: Array, g: Geometry
) -> tuple[Array, Array, Array]:
    """Differentiate by images, weight and bias.

    Parameters
    ----------
    grad_output : float array, shape (N, C_out, H_out, W_out)
    x : float array, shape (N, C_in, H, W)
    weight : float array, shape (C_out, C_in // groups, K_h, K_w)
    g : Geometry

    Returns
    -------
    grad_x, grad_weight, grad_bias : float arrays
        Of the shapes of `x`, `weight` and the bias.
    """
    block = choose_block(_flipped(g), len(x), x.itemsize)
    if block is None or _adds_up(g) or g.input_shape != g.output_shape:
        return input_gradient(grad_output, weight, g), *weight_gradient(grad_output, x, g)
    # The columns of the gradient serve twice: with the kernels flipped they give the gradient of
    # the images, with the images that of the flipped kernels. So they are made once, and those of
    # the images never. (Where the output is smaller than the images, that would be more to add.)
    grad_x = np.empty(x.shape, x.dtype)
    grad_x_by_group, x_by_group = _by_group(grad_x, _flipped(g)), _by_group(x, _flipped(g))
    kernels = _flip(weight, g)
    grad = np.zeros((g.groups, g.group_in, g.group_out * math.prod(g.kernel_size)), x.dtype)
    flat = kernels.reshape(grad.shape)
    for part, positions, matrix in _matrices(grad_output, _flipped(g), block, ones=False):
        place = part.images, part.groups, slice(None), positions
        _multiply(flat[part.groups], matrix, grad_x_by_group[place])
        pixels = _like(matrix, x_by_group[place])
        grad[part.groups] += _over_images(pixels @ matrix.swapaxes(2, 3))
    return grad_x, _flip(grad.reshape(kernels.shape), _flipped(g)), _sum_positions(grad_output)


def _sum_positions(grad_output: Array) -> Array:
    """(N, C_out, H_out, W_out) -> (C_out,), as a product, which is faster than a sum."""
    flat = grad_output.reshape(*grad_output.shape[:2], math.prod(grad_output.shape[2:]))
    return (flat @ np.ones(flat.shape[2], flat.dtype)).sum(axis=0)


def _flip(weight: Array, g: Geometry) -> Array:
    """(C_out, C_in // groups, K_h, K_w) -> (C_in, C_out // groups, K_h, K_w), turned around."""
    kernels = weight.reshape(g.groups, g.group_out, g.group_in, *g.kernel_size)
    kernels = np.ascontiguousarray(np.flip(kernels, (3, 4)).swapaxes(1, 2))
    return kernels.reshape(g.in_channels, g.group_out, *g.kernel_size)


@lru_cache(maxsize=256)
def _flipped(g: Geometry) -> Geometry:
    """Give the geometry of the convolution, of stride 1, that leads from the output back."""
    pads = tuple(
        ((k - 1) * d - before, (k - 1) * d - after)
        for k, d, (before, after) in zip(g.kernel_size, g.dilation, g.pads, strict=True)
    )
    return Geometry(
        g.out_channels, g.in_channels, g.groups, g.output_shape, g.input_shape,
        g.kernel_size, g.stride, pads, g.dilation,
    )  # fmt: skip


def _add_up(grad_output: Array, weight: Array, g: Geometry) -> Array:
    """Give each window its share of the gradient, and add the shares where windows overlap."""
    grad_x = np.zeros((len(grad_output), g.in_channels, *g.input_shape), dtype=weight.dtype)
    by_group = _by_group(grad_output, g)
    kernels = np.ascontiguousarray(weight.reshape(g.groups, g.group_out, g.taps).swapaxes(1, 2))
    height, width = g.output_shape
    block = choose_block(g, len(grad_x), weight.itemsize) or Block(1, g.groups, height, width)
    block = block._replace(joined=True)  # then what one tap adds to all images lies together
    with borrow(bytes_of(g, block, weight.itemsize, ones=False)) as memory:
        columns = Columns(g, block, grad_x, ones=False, memory=memory)
        for part, strip in product(parts(g, len(grad_x), block), strips(g, block)):
            room = columns.room(part, strip)
            gradient = _like(room, by_group[part.images, part.groups, :, strip.positions])
            np.matmul(kernels[part.groups], gradient, out=room)
            columns.add(part, strip)
    return grad_x
