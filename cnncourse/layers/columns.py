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
from typing import NamedTuple

import numpy as np

from cnncourse.layers.arrays import Array
from cnncourse.layers.geometry import Geometry

Pixels = tuple[slice, slice, slice, slice]  # images, channels, rows, columns


class Block(NamedTuple):
    """How much of a column matrix exists at a time: a strip is `rows` x `width` of the output."""

    images: int
    groups: int
    rows: int
    width: int


class Strip(NamedTuple):
    """A part of the output: some rows, or a piece of one row."""

    row: int
    rows: int
    column: int
    width: int
    positions: slice  # the same, in the output's pixels counted row after row


class _Phase(NamedTuple):
    """What one phase of an axis holds: of each `stride` pixels one, and the taps that meet it."""

    taps: slice  # those taps of the kernel
    number: int  # how many they are
    offset: int  # where the first of them begins in the phase
    step: int  # how far the next lies behind it
    inside: slice  # the part of the phase that pixels fill; the rest is padding
    pixels: slice  # those pixels


@lru_cache(maxsize=256)  # a network asks for the same few again and again
def _phases(g: Geometry, axis: int) -> tuple[_Phase, ...]:
    """Split an axis. Tap k meets pixel k * dilation of a window: phase (k * dilation) % stride."""
    s, d, k = g.stride[axis], g.dilation[axis], g.kernel_size[axis]
    before, size = g.pads[axis][0], g.input_shape[axis]
    length = _phase_length(g, axis)
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


def _phase_length(g: Geometry, axis: int) -> int:
    return g.output_shape[axis] + (g.kernel_size[axis] - 1) * g.dilation[axis] // g.stride[axis]


class Columns:
    """The column matrix of some images, strip by strip, and its way back.

    `load` lays images out, then `matrix` gives the columns of a strip. The way back: `clear` makes
    place for images, `add` adds what was written to the `room` of a strip, `unload` gives the
    images back.

    Parameters
    ----------
    geometry : Geometry
        Of a convolution along two axes.
    block : Block
    dtype : dtype
    ones : bool
        Whether the matrix ends in a row of ones: a tap whose pixel is always 1, so that the bias is
        one weight more, and its gradient one more gradient of a weight.
    """

    def __init__(
        self, geometry: Geometry, block: Block, dtype: np.dtype, ones: bool = False
    ) -> None:
        self.geometry = geometry
        self.block = block
        self.phases = [_phases(geometry, axis) for axis in (0, 1)]
        channels = block.groups * geometry.group_in
        # (vertical phase, horizontal phase, image, channel, row, column)
        self.shape = (
            len(self.phases[0]), len(self.phases[1]), block.images, channels,
            _phase_length(geometry, 0), _phase_length(geometry, 1),
        )  # fmt: skip
        self.images, self.channels = block.images, channels
        self.as_it_is = geometry.stride == (1, 1) and geometry.pads == ((0, 0), (0, 0))
        self.laid_out = np.zeros((0,) if self.as_it_is else self.shape, dtype)
        longest = block.images * block.rows * block.width
        self.columns = np.empty((block.groups, geometry.taps + ones, longest), dtype)
        self.columns[:, geometry.taps :] = 1
        self.strips = tuple(self._cut())
        # views of what `laid_out` holds, kept as long as it is the same array
        self.row_views: dict[tuple[int, ...], list[tuple[Array, Array]]] = {}
        self.places: dict[tuple[int, ...], list[tuple[Array, Pixels]]] = {}

    def _cut(self) -> Iterator[Strip]:
        """Cut the output into strips."""
        height, width = self.geometry.output_shape
        for row in range(0, height, self.block.rows):
            rows = min(self.block.rows, height - row)
            for column in range(0, width, self.block.width):
                wide = min(self.block.width, width - column)
                start = row * width + column
                yield Strip(row, rows, column, wide, slice(start, start + rows * wide))

    def load(self, x: Array) -> None:
        """Lay images out, split into phases, with their padding.

        Parameters
        ----------
        x : array, shape (images, channels, H, W)
            At most as many of each as a block has.
        """
        self.images, self.channels = x.shape[:2]
        if self.as_it_is:
            self._replace(np.ascontiguousarray(x)[None, None])
            return
        for place, pixels in self._places():
            place[...] = x[pixels]

    def _replace(self, laid_out: Array) -> None:
        self.laid_out = laid_out
        self.row_views.clear()
        self.places.clear()

    def _places(self) -> list[tuple[Array, Pixels]]:
        """Give what each phase holds of the images, and the pixels that belong there."""
        key = self.images, self.channels
        if key not in self.places:
            self.places[key] = []
            for (i, v), (j, h) in product(*map(enumerate, self.phases)):
                phase = self.laid_out[i, j, : self.images, : self.channels]
                pixels = slice(None), slice(None), v.pixels, h.pixels
                self.places[key].append((phase[:, :, v.inside, h.inside], pixels))
        return self.places[key]

    def matrix(self, strip: Strip) -> Array:
        """Give the columns of a strip.

        Returns
        -------
        array, shape (groups, taps, images * rows * width)
            A view that the next strip overwrites.
        """
        for windows, pixels in self._copies(strip):
            windows[...] = pixels
        return self.room(strip)

    def room(self, strip: Strip) -> Array:
        """Give the place of a strip's columns, as `matrix` does but with nothing written to it."""
        groups = self.channels // self.geometry.group_in
        return self.columns[:groups, :, : self.images * strip.rows * strip.width]

    def _copies(self, strip: Strip) -> list[tuple[Array, Array]]:
        """Give what to copy where, row by row; views, kept for the next images."""
        key = strip.row, strip.column, self.images, self.channels
        if key not in self.row_views:
            self.row_views[key] = list(self._row_views(strip))
        return self.row_views[key]

    def _row_views(self, strip: Strip) -> Iterator[tuple[Array, Array]]:
        g = self.geometry
        groups = self.channels // g.group_in
        _, height, length = self.columns.shape
        kernel_area = math.prod(g.kernel_size) * length
        windows = _rows(
            self.columns,
            (groups, g.group_in, *g.kernel_size, self.images, strip.rows),
            (height * length, kernel_area, g.kernel_size[1] * length, length,
             strip.rows * strip.width, strip.width),
            strip.width,
        )  # fmt: skip
        vertical_phase, phase, image, channel, line, _ = (
            n // self.laid_out.itemsize for n in self.laid_out.strides
        )
        for (i, v), (j, h) in product(*map(enumerate, self.phases)):
            start = (strip.row + v.offset) * line + strip.column + h.offset
            yield windows[:, :, v.taps, h.taps], _rows(
                self.laid_out,
                (groups, g.group_in, v.number, h.number, self.images, strip.rows),
                (g.group_in * channel, channel, v.step * line, h.step, image, line),
                strip.width,
                i * vertical_phase + j * phase + start,
            )

    def clear(self, images: int, channels: int) -> None:
        """Make room for so many images and channels, all zero."""
        self.images, self.channels = images, channels
        if self.as_it_is:
            self._replace(np.zeros(self.shape, self.columns.dtype))
        self.laid_out[...] = 0

    def add(self, strip: Strip) -> None:
        """Add what stands in the `room` of a strip to the pixels that `matrix` takes it from."""
        K_h, K_w = self.geometry.kernel_size
        windows = self.room(strip).reshape(
            self.channels, K_h, K_w, self.images, strip.rows, strip.width
        )
        windows = windows.transpose(1, 2, 3, 0, 4, 5)  # (K_h, K_w, images, channels, rows, width)
        for (i, v), (j, h) in product(*map(enumerate, self.phases)):
            phase = self.laid_out[i, j, : self.images, : self.channels]
            for m, n in np.ndindex(v.number, h.number):
                row = strip.row + v.offset + m * v.step
                column = strip.column + h.offset + n * h.step
                pixels = phase[:, :, row : row + strip.rows, column : column + strip.width]
                pixels += windows[v.taps, h.taps][m, n]

    def unload(self, x: Array) -> None:
        """Put the images back, without their padding.

        Parameters
        ----------
        x : array, shape (images, channels, H, W)
            Is written to, but for pixels that no window meets.
        """
        for place, pixels in self._places():
            x[pixels] = place


def _rows(
    array: Array, shape: tuple[int, ...], strides: tuple[int, ...], width: int, start: int = 0
) -> Array:
    """See an array as rows of `width` numbers, each row one item; strides count numbers."""
    size = array.itemsize
    row = np.dtype((np.void, width * size))
    return np.ndarray(shape, row, array, start * size, tuple(size * n for n in strides))
