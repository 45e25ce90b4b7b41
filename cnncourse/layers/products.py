"""The three products behind every convolution, and which way each shape goes.

The output is weight times columns, the gradient of the weight is gradient times columns transposed,
and the gradient of the images is either a convolution again, with the kernels flipped, or weight
transposed times gradient, added up. All convolutions of this package are made of these.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from cnncourse.layers.arrays import Array
from cnncourse.layers.columns import Block, Columns
from cnncourse.layers.geometry import Geometry

STRIP_BYTES = 3 * 2**19  # enough to be worth a product, and most of it stays in the cache
FEWEST_COLUMNS = 300  # fewer make a product that does not repay its preparation


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
    Block(images=1, groups=1, rows=12, width=56)
    """
    height, width = g.output_shape
    # 1 x 1: each pixel is its own window, so the image is the column matrix. Nothing to copy, but
    # where images are so small that several must be joined.
    if g.pointwise and 2 * height * width >= FEWEST_COLUMNS:
        return None
    column = g.taps * itemsize
    image = column * height * width
    # Many groups (depthwise): a product for each group, as many at a time as stay in the cache.
    groups = _between(1, STRIP_BYTES // image, g.groups)
    # Small images (LeNet): several at a time, or the products are too small to be fast.
    images = STRIP_BYTES // (image * groups)
    if g.group_out > 1:
        images = max(images, FEWEST_COLUMNS // (height * width))
    if groups == g.groups and images >= 1:
        return Block(_between(1, images, batch), groups, height, width)
    # Large images (VGG, a ResNet's stem): as many rows as stay in the cache, but not too few.
    rows = max(STRIP_BYTES // (column * groups * width), -(-FEWEST_COLUMNS // width))
    if rows > 1 or width <= FEWEST_COLUMNS:
        return Block(1, groups, _between(1, rows, height), width)
    # Long rows (sound): a piece of one row.
    piece = max(STRIP_BYTES // (column * groups), FEWEST_COLUMNS)
    return Block(1, groups, 1, min(piece, width))


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def _chunks(g: Geometry, batch: int, block: Block) -> Iterator[tuple[slice, slice, slice]]:
    """Give the images, groups and input channels that are worked on together."""
    for image in range(0, batch, block.images):
        for group in range(0, g.groups, block.groups):
            groups = slice(group, min(group + block.groups, g.groups))
            channels = slice(groups.start * g.group_in, groups.stop * g.group_in)
            yield slice(image, min(image + block.images, batch)), groups, channels


def _by_group(grad_output: Array, g: Geometry) -> Array:
    """(N, C_out, H_out, W_out) -> (N, groups, C_out / groups, H_out W_out)."""
    return grad_output.reshape(len(grad_output), g.groups, g.group_out, math.prod(g.output_shape))


def _side_by_side(images: Array) -> Array:
    """(N, groups, C_out / groups, positions) -> (groups, C_out / groups, N positions)."""
    n, groups, channels, positions = images.shape
    return images.transpose(1, 2, 0, 3).reshape(groups, channels, n * positions)


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
    columns = Columns(g, block, x.dtype, ones=bias is not None)
    for images, groups, channels in _chunks(g, len(x), block):
        columns.load(x[images, channels])
        for strip in columns.strips:
            matrix = columns.matrix(strip)
            result = by_group[images, groups, :, strip.positions]
            if len(result) == 1:
                np.matmul(kernels[groups], matrix, out=result[0])
            else:
                result[...] = _apart(kernels[groups] @ matrix, len(result))
    return output


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
        columns = Columns(g, block, x.dtype, ones=True)
        for images, groups, channels in _chunks(g, len(x), block):
            columns.load(x[images, channels])
            for strip in columns.strips:
                gradient = _side_by_side(by_group[images, groups, :, strip.positions])
                grad[groups] += gradient @ columns.matrix(strip).swapaxes(1, 2)
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
    # A stride leaves gaps between the windows, so the gradient is added up window by window. That
    # also costs less where there are few channels to add to (the first layer of LeNet).
    if set(g.stride) != {1} or 4 * g.group_in <= g.group_out:
        return _add_up(grad_output, weight, g)
    # Else it is a convolution again: of the gradient, with the kernels flipped.
    kernels = weight.reshape(g.groups, g.group_out, g.group_in, *g.kernel_size)
    kernels = np.flip(kernels, (3, 4)).swapaxes(1, 2)
    return forward(grad_output, np.ascontiguousarray(kernels), None, _flipped(g))


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
    block = choose_block(g, len(grad_x), weight.itemsize) or Block(1, g.groups, *g.output_shape)
    columns = Columns(g, block, weight.dtype)
    for images, groups, channels in _chunks(g, len(grad_x), block):
        target = grad_x[images, channels]
        columns.clear(*target.shape[:2])
        for strip in columns.strips:
            gradient = _side_by_side(by_group[images, groups, :, strip.positions])
            np.matmul(kernels[groups], gradient, out=columns.room(strip))
            columns.add(strip)
        columns.unload(target)
    return grad_x
