"""Volumes like those of a CT scanner, in which vessels and lesions look alike in any one slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncourse.errors import ArgumentError

AIR, TISSUE, ORGAN, BRIGHT = 0.05, 0.35, 0.5, 0.8  # brightness; vessels and lesions are BRIGHT
NOISE = 0.05
RADII = (1.6, 3.2)  # voxels, of vessels and of lesions
VESSELS, LESIONS = (3, 5), (2, 4)  # the least and the most in a volume
GAP = 1.5  # voxels of tissue between two of them
TRIES = 60  # places tried for a lesion before it is left out


@dataclass(frozen=True, eq=False)
class Volumes:
    """Volumes, and where the lesions in them are.

    Parameters
    ----------
    images : float32 array, shape (N, 1, D, H, W)
        About 0 (air) to 1.
    lesions, vessels : bool array, shape (N, D, H, W)
    """

    images: NDArray[np.float32]
    lesions: NDArray[np.bool_]
    vessels: NDArray[np.bool_]


def scans(count: int, size: tuple[int, int, int] = (16, 32, 32), seed: int = 0) -> Volumes:
    """Draw bodies with organs, vessels that run through all slices, and lesions, which are balls.

    A vessel is a disc in every slice, a lesion a disc in a few; discs have the same brightness
    and the same radii. One slice does not tell them apart, the slices around it do. Noise and a
    shading, as of an uneven detector, lie over everything.

    Parameters
    ----------
    count : int
    size : (int, int, int)
        Depth, height and width in voxels: at least 8, 24 and 24.
    seed : int
        The same seed draws the same volumes; the first of more are those of fewer.

    Returns
    -------
    Volumes

    Raises
    ------
    ArgumentError
        If the size is too small.

    Examples
    --------
    >>> drawn = scans(2)
    >>> drawn.images.shape, bool((drawn.lesions & drawn.vessels).any())
    ((2, 1, 16, 32, 32), False)
    """
    if len(size) != 3 or size[0] < 8 or min(size[1:]) < 24:
        raise ArgumentError("size", "depth, height, width of at least (8, 24, 24)", size)
    volumes = Volumes(
        np.empty((count, 1, *size), np.float32),
        np.empty((count, *size), bool),
        np.empty((count, *size), bool),
    )
    for i in range(count):
        rng = np.random.default_rng((seed, i))
        vessels, lesions = _bright_things(size, rng)
        image = _body(size, rng)
        image[vessels | lesions] = BRIGHT
        volumes.images[i, 0] = image * _shading(size, rng) + rng.normal(0, NOISE, size)
        volumes.vessels[i], volumes.lesions[i] = vessels, lesions
    return volumes


def _grid(size: tuple[int, int, int]) -> tuple[NDArray[np.float64], ...]:
    """Give each voxel's place from the middle: three arrays, (D, 1, 1), (1, H, 1), (1, 1, W)."""
    return tuple(axis - (side - 1) / 2 for axis, side in zip(np.ogrid[
        :size[0], :size[1], :size[2]], size, strict=True))  # fmt: skip


def _body(size: tuple[int, int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw an ellipse of tissue in air, with two ellipsoids in it."""
    z, y, x = _grid(size)
    depth, height, width = size
    inside = (y / (0.46 * height)) ** 2 + (x / (0.46 * width)) ** 2 <= 1
    image = np.where(inside, TISSUE, AIR) * np.ones(size)
    for side in (-1, 1):
        centre = rng.uniform(-0.2, 0.2) * depth, rng.uniform(-0.1, 0.1) * height
        semi = rng.uniform(0.3, 0.5) * depth, *(rng.uniform(0.15, 0.22, 2) * (height, width))
        across = x - side * 0.2 * width
        parts = zip((z - centre[0], y - centre[1], across), semi, strict=True)
        image[sum((part / half) ** 2 for part, half in parts) <= 1] = ORGAN
    return image


def _bright_things(
    size: tuple[int, int, int], rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Draw vessels anywhere, and lesions where they touch nothing bright."""
    z, y, x = _grid(size)
    depth, height, width = size
    vessels, lesions, taken = (np.zeros(size, bool) for _ in range(3))
    for _ in range(rng.integers(VESSELS[0], VESSELS[1] + 1)):
        radius, phase = rng.uniform(*RADII), rng.uniform(0, 2 * np.pi, 2)
        along = [
            rng.uniform(-0.28, 0.28) * side + 2 * np.sin(2 * np.pi * z / depth / 1.5 + turn)
            for side, turn in zip((height, width), phase, strict=True)
        ]
        away = np.hypot(y - along[0], x - along[1])
        vessels |= away <= radius
        taken |= away <= radius + GAP
    wanted, drawn = rng.integers(LESIONS[0], LESIONS[1] + 1), 0
    for _ in range(TRIES):
        radius = rng.uniform(*RADII)
        centre = rng.uniform(-0.5, 0.5, 3) * (depth - 2 * radius, 0.64 * height, 0.64 * width)
        away = np.sqrt((z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2)
        if drawn < wanted and not (taken & (away <= radius)).any():
            lesions |= away <= radius
            taken |= away <= radius + GAP
            drawn += 1
    return vessels, lesions


def _shading(size: tuple[int, int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    """Vary brightness smoothly, by up to a tenth and more in a corner."""
    z, y, x = (axis / side for axis, side in zip(_grid(size), size, strict=True))
    slope = rng.uniform(-0.25, 0.25, 3)
    return 1 + slope[0] * z + slope[1] * y + slope[2] * x
