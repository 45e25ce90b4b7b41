"""From a drawing to a picture like MNIST's: the digit in a box, the box centred by its ink."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError

SIZE, BOX = 28, 20  # pixels: MNIST's pictures, and the box that a digit is fitted into


def as_mnist(ink: ArrayLike, size: int = SIZE) -> NDArray[np.float64]:
    """Fit a drawing into a picture as the makers of MNIST did.

    The smallest rectangle that holds all ink is scaled, its proportions kept, until its longer side
    is 20 pixels, each new pixel the mean of the area that it covers. It is then put into 28 x 28
    pixels, by whole pixels, so that the centre of mass of the ink falls on the centre.

    Parameters
    ----------
    ink : array, shape (H, W)
        0 for paper to 1 for ink.
    size : int
        Height and width of the picture in pixels; the box is 20 / 28 of it.

    Returns
    -------
    float64 array, shape (size, size)
        Zeros if there is no ink.

    Raises
    ------
    ShapeError
        If the drawing has other than two axes.
    ArgumentError
        If it holds numbers that are not from 0 to 1, or the size is below 4.

    Notes
    -----
    Where the ink is so lopsided that a part would fall outside, the box is moved back inside.
    MNIST's own digits, each pixel enlarged to a square, come back unchanged.

    References
    ----------
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits", describe the steps without
    naming the filter.

    Examples
    --------
    >>> ink = np.zeros((100, 100))
    >>> ink[10:90, 60:68] = 1
    >>> picture = as_mnist(ink)
    >>> [int(places[0]) for places in picture.nonzero()], [int(p[-1]) for p in picture.nonzero()]
    ([4, 13], [23, 14])
    """
    ink = np.asarray(ink, dtype=np.float64)
    if ink.ndim != 2:
        raise ShapeError("ink", "two axes, height and width", f"shape {ink.shape}")
    if not ((ink >= 0) & (ink <= 1)).all():
        raise ArgumentError("ink", "numbers from 0 to 1", "others")
    if size < 4:
        raise ArgumentError("size", "at least 4 pixels", size)
    picture = np.zeros((size, size))
    if not ink.any():
        return picture
    box = _box(ink)
    longer = size * BOX / SIZE
    height, width = (max(1, _round(side * longer / max(box.shape))) for side in box.shape)
    small = _means(box.shape[0], height) @ box @ _means(box.shape[1], width).T
    top = _place(small.sum(1), size)
    left = _place(small.sum(0), size)
    picture[top : top + height, left : left + width] = small
    return picture


def _box(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut out the smallest rectangle that holds all ink."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _means(before: int, after: int) -> NDArray[np.float64]:
    """The share of each old pixel in each new one: shape (after, before), rows that sum to 1."""
    edges = np.arange(after + 1) * before / after
    old = np.arange(before)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return np.maximum(overlap, 0) * after / before


def _place(mass: NDArray[np.float64], size: int) -> int:
    """Where the first row goes, so that the centre of mass falls on the middle of the picture."""
    centre = _round(float((mass * np.arange(len(mass))).sum() / mass.sum()))
    return min(max(size // 2 - centre, 0), size - len(mass))


def _round(value: float) -> int:
    """Round to the nearest whole number, halves up, as JavaScript does."""
    return int(np.floor(value + 0.5))
