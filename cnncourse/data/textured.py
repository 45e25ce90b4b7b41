"""Handwritten digits on photographs of surfaces, with the class of every pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncourse.data.dataset import Dataset, resize
from cnncourse.data.embedded import TEXTURES, digits, texture
from cnncourse.errors import ArgumentError

CLASSES = (*TEXTURES, "digit")
DIGIT = 24  # pixels, height and width of a digit
TRAIN_COLUMNS = 384  # of the 512 of each photograph; what is right of them is for testing


@dataclass(frozen=True, eq=False)
class Labelled:
    """Images and the class of each of their pixels.

    Parameters
    ----------
    images : float32 array, shape (N, 1, H, W)
        Brightness from 0 to 1.
    labels : int64 array, shape (N, H, W)
        Places in `CLASSES`.
    digits : int64 array, shape (N,)
        Which digit is shown, 0 to 9.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    digits: NDArray[np.int64]


def digits_on_textures(
    count: int, size: int = 32, split: str = "train", seed: int = 0, digit: int = DIGIT
) -> Labelled:
    """Draw a bright digit where two surfaces meet along a straight line.

    A pixel's brightness says little of its class: surfaces have bright spots and dark joints, and
    the ink is now lighter, now darker. What is around it tells.

    Parameters
    ----------
    count : int
    size : int
        Height and width in pixels, from that of the digit to 128.
    split : {'train', 'test'}
        Tests show other digits on other parts of the photographs.
    seed : int
        The same seed draws the same scenes; the first of more are those of fewer.
    digit : int
        Height and width of the digit in pixels, with the paper around it; at least 8.

    Returns
    -------
    Labelled

    Raises
    ------
    ArgumentError
        If a size or the split is none of these.

    Examples
    --------
    >>> scenes = digits_on_textures(2, size=32)
    >>> scenes.images.shape, [CLASSES[k] for k in np.unique(scenes.labels[0])]
    ((2, 1, 32, 32), ['grass', 'gravel', 'digit'])
    """
    if digit < 8:
        raise ArgumentError("digit", "at least 8 pixels", digit)
    if not digit <= size <= 512 - TRAIN_COLUMNS:
        raise ArgumentError("size", f"{digit} to {512 - TRAIN_COLUMNS} pixels", size)
    if split not in ("train", "test"):
        raise ArgumentError("split", "'train' or 'test'", repr(split))
    images, labels = digits(split)
    inks = resize(Dataset("digits", images.astype(np.float32), labels, tuple("0123456789")), digit)
    part = slice(TRAIN_COLUMNS) if split == "train" else slice(TRAIN_COLUMNS, None)
    surfaces = [texture(name)[:, part] for name in TEXTURES]
    scenes = Labelled(
        np.empty((count, 1, size, size), np.float32), np.empty((count, size, size), np.int64),
        np.empty(count, np.int64),
    )
    for i in range(count):
        rng = np.random.default_rng((seed, i))
        image, scenes.labels[i] = _ground(surfaces, size, rng)
        which = rng.integers(len(inks))
        scenes.digits[i] = labels[which]
        ink = _place(inks.images[which, 0], size, rng)
        scenes.labels[i][ink >= 0.5] = CLASSES.index("digit")
        image += 0.95 * ink * (rng.uniform(0.8, 1) - image)
        scenes.images[i, 0] = (image + rng.normal(0, 0.02, image.shape)).clip(0, 1)
    return scenes


def _ground(
    surfaces: list[NDArray[np.float64]], size: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Let two surfaces meet along a line near the middle: brightness and classes, (H, W) each."""
    first, second = rng.choice(len(surfaces), 2, replace=False)
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.25, 0.25) * size
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    here = np.cos(angle) * x + np.sin(angle) * y > offset
    image = np.where(here, *(_piece(surfaces[k], size, rng) for k in (first, second)))
    return image, np.where(here, first, second)


def _piece(
    surface: NDArray[np.float64], size: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    top, left = (rng.integers(side - size + 1) for side in surface.shape)
    return surface[top : top + size, left : left + size]


def _place(
    ink: NDArray[np.float32], size: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Put a digit anywhere on empty paper: (digit, digit) -> (size, size)."""
    paper, digit = np.zeros((size, size)), len(ink)
    top, left = rng.integers(size - digit + 1, size=2)
    paper[top : top + digit, left : left + digit] = ink
    return paper
