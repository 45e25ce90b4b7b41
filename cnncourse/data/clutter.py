"""Shapes on photographs, among strokes and scraps: objects that do not stand out by themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnncourse.data.embedded import photograph
from cnncourse.data.shapes import Scenes, draw_scenes
from cnncourse.errors import ArgumentError

SPLITS = {"train": ("flower", "astronaut", "cat", "coffee"), "test": ("china",)}
LONGER_SIDE = 320  # pixels, of a photograph before it is cut: a piece holds several things
LARGEST = 160


def cluttered_shapes(
    count: int,
    size: int = 64,
    objects: tuple[int, int] = (1, 4),
    split: str = "train",
    seed: int = 0,
) -> Scenes:
    """Draw circles, squares, triangles, crosses, rings and bars on pieces of photographs.

    Between the photograph and the objects lie distractors: straight strokes in plain colours,
    like the sides of an object, and scraps of another photograph with irregular outlines. No
    colour means anything, and no brightness.

    Parameters
    ----------
    count : int
        Images.
    size : int
        Height and width in pixels, 16 to 160.
    objects : (int, int)
        The least and the most in an image; their boxes do not overlap, and one that finds no
        free place is left out.
    split : {'train', 'test'}
        Tests show another photograph.
    seed : int
        The same seed draws the same scenes; the first of more are those of fewer.

    Returns
    -------
    Scenes

    Raises
    ------
    ArgumentError
        If the size, the number of objects or the split is none of these.

    Examples
    --------
    >>> scenes = cluttered_shapes(2)
    >>> scenes.images.shape, scenes.boxes[0].shape
    ((2, 3, 64, 64), (3, 4))
    """
    if split not in SPLITS:
        raise ArgumentError("split", "'train' or 'test'", repr(split))
    if size > LARGEST:
        raise ArgumentError("size", f"at most {LARGEST} pixels", size)
    photographs = [photograph(name, max_side=LONGER_SIDE) for name in SPLITS[split]]

    def ground(
        size: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        image = _piece(photographs, size, rng)
        for _ in range(rng.integers(0, 3)):
            image = np.where(_scrap(size, rng), _piece(photographs, size, rng), image)
        for _ in range(rng.integers(1, 5)):
            colour = rng.uniform(0, 1, (3, 1, 1))
            image = np.where(_stroke(size, rng), colour, image)
        return image, image.copy()

    return draw_scenes(count, size, objects, seed, ground)


def _piece(
    photographs: list[NDArray[np.float64]], size: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Cut a square out of one of the photographs, mirrored half of the time: (3, size, size)."""
    picture = photographs[rng.integers(len(photographs))]
    top, left = (rng.integers(side - size + 1) for side in picture.shape[1:])
    return picture[:, top : top + size, left : left + size][:, :, :: rng.choice((-1, 1))]


def _stroke(size: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw a straight line, one to three pixels wide: (size, size)."""
    y, x = np.mgrid[:size, :size]
    middle, angle = rng.uniform(0, size, 2), rng.uniform(0, np.pi)
    x, y = x - middle[0], y - middle[1]
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    length, width = rng.uniform(0.1, 0.4) * size, rng.uniform(1, 3)
    return (np.abs(along) <= length / 2) & (np.abs(across) <= width / 2)


def _scrap(size: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw an outline that swings between two radii around its middle: (size, size)."""
    y, x = np.mgrid[:size, :size]
    middle = rng.uniform(0, size, 2)
    x, y = x - middle[0], y - middle[1]
    angle, phases = np.arctan2(y, x), rng.uniform(0, 2 * np.pi, 3)
    swing = sum(np.cos(k * angle + phase) for k, phase in zip((2, 3, 5), phases, strict=True))
    return np.hypot(x, y) <= rng.uniform(0.1, 0.2) * size * (1 + swing / 4)
