"""The column matrix of a 2-D convolution, of which only a strip exists at a time.

Put each window of an image into a column, each kernel into a row, and the convolution is a product
of two matrices, the fastest thing a processor does. But each pixel stands in K_h K_w columns, and
copying it there can cost more than the product. Three ideas keep that cheap:

- Only a strip of columns exists at a time, small enough to stay in the processor's cache.
- At stride 1, what one tap meets along a row of the output lies side by side in the image, so a row
  is copied as one item of many bytes, not pixel by pixel.
- At stride s it lies s pixels apart. So the image is first split into s x s phases, of which each
  holds every s-th row and column. Within a phase the stride is 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from types import EllipsisType
from typing import NamedTuple

import numpy as np

from cnncourse.layers.arrays import Array
from cnncourse.layers.geometry import Geometry

Rows = tuple[slice, EllipsisType, slice, slice]  # groups, channels and taps, images, rows



class Block(NamedTuple):
    """How much of a column matrix exists at a time: a strip is `rows` x `width` of the output."""

    images: int
    groups: int
    rows: int
    width: int
    joined: bool = False  # do the columns of all images stand side by side, or in a matrix each?


class Part(NamedTuple):
    """What is worked on together: some images of a batch, some groups, and their channels."""

    images: slice
    groups: slice
    channels: slice
    sizes: tuple[int, int, int]  # how many of each
    rows: Rows  # where they are among the rows of all images


class Strip(NamedTuple):
    """A part of the output: some rows, or a piece of one row."""

    row: int
    rows: int
    column: int
    width: int
    positions: slice  # the same, in the output's pixels counted row after row


@lru_cache(maxsize=256)  # a network asks for the same few again and again
def parts(g: Geometry, batch: int, block: Block) -> tuple[Part, ...]:
    """Cut a batch into what fits a block.

    Examples
    --------
    >>> from cnncourse.layers.geometry import check_conv
    >>> g = check_conv(np.ones((3, 4, 9, 9)), np.ones((4, 2, 3, 3)), None, 1, 0, 1, 2).geometry
    >>> [part.images for part in parts(g, 3, Block(images=2, groups=2, rows=7, width=7))]
    [slice(0, 2, None), slice(2, 3, None)]
    """
    found = []
    for image in range(0, batch, block.images):
        for group in range(0, g.groups, block.groups):
            images = slice(image, min(image + block.images, batch))
            groups = slice(group, min(group + block.groups, g.groups))
            channels = slice(groups.start * g.group_in, groups.stop * g.group_in)
            sizes = images.stop - image, groups.stop - group, channels.stop - channels.start
            found.append(Part(images, groups, channels, sizes, (groups, ..., images, slice(None))))
    return tuple(found)


@lru_cache(maxsize=256)
def strips(g: Geometry, block: Block) -> tuple[Strip, ...]:
    """Cut the output into strips.

    Examples
    --------
    >>> from cnncourse.layers.geometry import check_conv
    >>> g = check_conv(np.ones((3, 4, 9, 9)), np.ones((4, 4, 3, 3)), None, 1, 0, 1, 1).geometry
    >>> [strip.positions for strip in strips(g, Block(images=1, groups=1, rows=4, width=7))]
    [slice(0, 28, None), slice(28, 49, None)]
    """
    height, width = g.output_shape
    found = []
    for row in range(0, height, block.rows):
        rows = min(block.rows, height - row)
        for column in range(0, width, block.width):
            wide = min(block.width, width - column)
            start = row * width + column
            found.append(Strip(row, rows, column, wide, slice(start, start + rows * wide)))
    return tuple(found)


class _Phase(NamedTuple):
    """What one phase of an axis holds: of each `stride` pixels one, and the taps that meet it."""

    taps: slice  # those taps of the kernel
    number: int  # how many they are
    offset: int  # where the first of them begins in the phase
    step: int  # how far the next lies behind it
    inside: slice  # the part of the phase that pixels fill; the rest is padding
    pixels: slice  # those pixels


@lru_cache(maxsize=256)
def _phases(g: Geometry, axis: int) -> tuple[_Phase, ...]:
    """Split an axis. Tap k meets pixel k * dilation of a window: phase (k * dilation) % stride."""
    s, d, k = g.stride[axis], g.dilation[axis], g.kernel_size[axis]
    before, size = g.pads[axis][0], g.input_shape[axis]
    length = g.output_shape[axis] + _halo(g, axis)
    every = s // math.gcd(s, d)  # taps that share a phase are so many apart
    phases = []
    for tap in range(min(every, k)):
        first = tap * d % s - before  # the pixel that the phase begins with
        start = max(0, -(first // s))  # the first place at which the image has a pixel
        stop = max(start, min(length, -((first - size) // s)))
        pixel = first + start * s
        phases.append(_Phase(
            taps=slice(tap, None, every),
            number=len(range(tap, k, every)),
            offset=tap * d // s,
            step=d * every // s,
            inside=slice(start, stop),
            pixels=slice(pixel, pixel + (stop - start) * s, s),
        ))  # fmt: skip
    return tuple(phases)


class _Views(NamedTuple):
    """What the columns of a strip are copied from, and where to."""

    edges: list[Array]  # the padding above and below, where another strip has left pixels
    places: list[tuple[Array, Array]]  # where pixels are laid out, and where all images have them
    loads: list[tuple[Array, Array]]  # the same, row by row if each lies in one piece
    copies: list[tuple[Array, Array]]  # rows of the matrix, and of what is laid out
    room: Array  # the columns


class Columns:
    """The column matrix of some images, strip by strip, and its way back.

    `matrix` gives the columns of a strip. The way back: `add` takes what was written to the `room`
    of a strip and adds each number to the pixel that it stands for.

    Parameters
    ----------
    geometry : Geometry
        Of a convolution along two axes.
    block : Block
    x : array, shape (N, C, H, W)
        In C order, if `add` is to write to it.
    ones : bool
        Whether the matrix ends in a row of ones: a tap whose pixel is always 1, so that the bias is
        one weight more, and its gradient one more gradient of a weight.
    memory : uint8 array
        Where to work; `bytes_of` tells how long it must be.
    """

    def __init__(
        self, geometry: Geometry, block: Block, x: Array, ones: bool, memory: Array
    ) -> None:
        self.geometry = geometry
        self.block = block
        self.x = x
        self.phases = [_phases(geometry, axis) for axis in (0, 1)]
        self.columns = np.ndarray(_matrices_shape(geometry, block, ones), x.dtype, memory)
        self.columns[:, :, geometry.taps :] = 1
        self.as_it_is = _is_as_it_is(geometry)
        if self.as_it_is:
            self.laid_out = np.ascontiguousarray(x)[None, None]
        else:
            shape = _laid_out_shape(geometry, block)
            self.laid_out = np.ndarray(shape, x.dtype, memory, self.columns.nbytes)
            self.laid_out[...] = 0
        self.views: dict[tuple[object, ...], _Views] = {}

    def matrix(self, part: Part, strip: Strip) -> Array:
        """Give the columns of a strip.

        Returns
        -------
        array, shape (images, groups, taps, rows * width)
            A view that the next strip overwrites. If the block is joined, its shape is
            (1, groups, taps, images * rows * width).
        """
        views = self._views_of(part, strip)
        for edge in views.edges:
            edge[...] = 0
        for place, pixels in views.loads:
            place[...] = pixels[part.images, part.channels]
        for windows, rows in views.copies:
            windows[...] = rows[part.rows] if self.as_it_is else rows
        return views.room

    def room(self, part: Part, strip: Strip) -> Array:
        """Give the place of a strip's columns, as `matrix` does but with nothing written to it."""
        return self._views_of(part, strip).room

    def add(self, part: Part, strip: Strip) -> None:
        """Add what stands in the `room` of a strip to the pixels that `matrix` takes it from."""
        images, _, channels = part.sizes
        K_h, K_w = self.geometry.kernel_size
        views = self._views_of(part, strip)
        windows = views.room
        windows = windows.reshape(len(windows), channels, K_h, K_w, -1, strip.rows, strip.width)
        # (K_h, K_w, images, channels, rows, width)
        windows = windows.transpose(2, 3, 0, 4, 1, 5, 6).reshape(
            K_h, K_w, images, channels, strip.rows, strip.width
        )
        if self.as_it_is:
            band = self.laid_out[:, :, part.images, part.channels, strip.row :]
            return self._add_windows(windows, band, strip)
        self.laid_out[...] = 0
        self._add_windows(windows, self.laid_out[:, :, :images, :channels], strip)
        for place, pixels in views.places:
            pixels[part.images, part.channels] += place

    def _add_windows(self, windows: Array, band: Array, strip: Strip) -> None:
        for (i, v), (j, h) in product(*map(enumerate, self.phases)):
            for m, n in np.ndindex(v.number, h.number):
                row, column = v.offset + m * v.step, strip.column + h.offset + n * h.step
                pixels = band[i, j, :, :, row : row + strip.rows, column : column + strip.width]
                pixels += windows[v.taps, h.taps][m, n]

    def _views_of(self, part: Part, strip: Strip) -> _Views:
        """Find what a part's strip works on; parts of the same size share it."""
        key = part.sizes, strip.row, strip.column
        if key not in self.views:
            images, groups, _ = part.sizes
            matrices = 1 if self.block.joined else images
            length = images // matrices * strip.rows * strip.width
            room = self.columns[:matrices, :groups, :, :length]
            views = _Views([], [], [], list(self._copies(part, strip)), room)
            if not self.as_it_is:
                self._lay_out(part, strip, views)
            self.views[key] = views
        return self.views[key]

    def _lay_out(self, part: Part, strip: Strip, views: _Views) -> None:
        """Find the pixels of each phase that the windows of a strip meet, and their place."""
        s = self.geometry.stride[0]
        images, _, channels = part.sizes
        end = strip.row + self.laid_out.shape[4] - self.block.rows + strip.rows
        for (i, v), (j, h) in product(*map(enumerate, self.phases)):
            start = max(strip.row, v.inside.start)
            stop = max(start, min(end, v.inside.stop))
            pixel = v.pixels.start + (start - v.inside.start) * s
            pixels = self.x[:, :, pixel : pixel + (stop - start) * s : s, h.pixels]
            phase = self.laid_out[i, j, :images, :channels]
            place = phase[:, :, start - strip.row : stop - strip.row, h.inside]
            views.places.append((place, pixels))
            whole = self.geometry.stride[1] == 1 and pixels.size
            views.loads.append((_items(place), _items(pixels)) if whole else (place, pixels))
            if self.block.rows < self.geometry.output_shape[0]:
                edges = phase[:, :, : start - strip.row], phase[:, :, stop - strip.row :]
                views.edges.extend(edge for edge in edges if edge.size)

    def _copies(self, part: Part, strip: Strip) -> Iterator[tuple[Array, Array]]:
        """See the matrix and what is laid out, phase by phase, as rows to copy.

        The axes of both are group, channel, vertical tap, horizontal tap, image and row.
        """
        g = self.geometry
        images, groups, _ = part.sizes
        matrix, group, tap, _ = (n // self.columns.itemsize for n in self.columns.strides)
        if self.block.joined:
            matrix = strip.rows * strip.width
        K_h, K_w = g.kernel_size
        windows = _rows(
            self.columns,
            (groups, g.group_in, K_h, K_w, images, strip.rows),
            (group, K_h * K_w * tap, K_w * tap, tap, matrix, strip.width),
            strip.width,
        )
        vertical_phase, phase, image, channel, line, _ = (
            n // self.laid_out.itemsize for n in self.laid_out.strides
        )
        if self.as_it_is:  # all images
            images, groups = len(self.x), g.groups
        top = strip.row if self.as_it_is else 0
        for (i, v), (j, h) in product(*map(enumerate, self.phases)):
            start = (top + v.offset) * line + strip.column + h.offset
            yield windows[:, :, v.taps, h.taps], _rows(
                self.laid_out,
                (groups, g.group_in, v.number, h.number, images, strip.rows),
                (g.group_in * channel, channel, v.step * line, h.step, image, line),
                strip.width,
                i * vertical_phase + j * phase + start,
            )


def bytes_of(g: Geometry, block: Block, itemsize: int, ones: bool) -> int:
    """Count the bytes that `Columns` works in.

    Parameters
    ----------
    g : Geometry
    block : Block
    itemsize : int
        Bytes of one number.
    ones : bool
        As for `Columns`.
    """
    laid_out = 0 if _is_as_it_is(g) else math.prod(_laid_out_shape(g, block))
    return (math.prod(_matrices_shape(g, block, ones)) + laid_out) * itemsize


def _is_as_it_is(g: Geometry) -> bool:
    """Tell whether the images need no laying out."""
    return g.stride == (1, 1) and g.pads == ((0, 0), (0, 0))


def _laid_out_shape(g: Geometry, block: Block) -> tuple[int, ...]:
    """(vertical phases, horizontal phases, images, channels, rows, columns), all for one strip."""
    return (
        len(_phases(g, 0)), len(_phases(g, 1)), block.images, block.groups * g.group_in,
        block.rows + _halo(g, 0), g.output_shape[1] + _halo(g, 1),
    )  # fmt: skip


def _halo(g: Geometry, axis: int) -> int:
    """Count what windows of a phase meet beyond as many places as there are windows."""
    return (g.kernel_size[axis] - 1) * g.dilation[axis] // g.stride[axis]


def _matrices_shape(g: Geometry, block: Block, ones: bool) -> tuple[int, ...]:
    """(images, groups, taps, positions), or all images' positions in one matrix."""
    length = block.rows * block.width
    if block.joined:
        return 1, block.groups, g.taps + ones, block.images * length
    return block.images, block.groups, g.taps + ones, length


def _items(array: Array) -> Array:
    """See each row as one item, which is copied faster: (..., width) -> (...)."""
    return array.view(np.dtype((np.void, array.shape[-1] * array.itemsize)))[..., 0]


def _rows(
    array: Array, shape: tuple[int, ...], strides: tuple[int, ...], width: int, start: int = 0
) -> Array:
    """See an array as rows of `width` numbers, each row one item; strides count numbers."""
    size = array.itemsize
    row = np.dtype((np.void, width * size))
    return np.ndarray(shape, row, array, start * size, tuple(size * n for n in strides))
