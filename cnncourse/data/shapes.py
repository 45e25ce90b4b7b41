"""Coloured shapes whose classes, boxes and masks are known because we drew them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncourse.errors import ArgumentError

CLASSES = ("circle", "square", "triangle", "cross", "ring", "bar")
OVERSAMPLE = 3  # samples per pixel, both ways: smooth edges
SMALLEST = 3  # pixels, a radius at which the thinnest shape still fills some of them
TRIES = 50  # places tried for an object before it is left out


@dataclass(frozen=True, eq=False)
class Scenes:
    """Images with their ground truth.

    Parameters
    ----------
    images : float32 array, shape (N, 3, H, W)
        Values from 0 to 1.
    classes : list of N int64 arrays, shape (objects,)
        Places in `CLASSES`.
    boxes : list of N float32 arrays, shape (objects, 4)
        x1, y1, x2, y2 in pixels; x2 and y2 are just outside.
    masks : uint8 array, shape (N, H, W)
        0 where the background shows, k where the object k - 1 of that image does.
    """

    images: NDArray[np.float32]
    classes: list[NDArray[np.int64]]
    boxes: list[NDArray[np.float32]]
    masks: NDArray[np.uint8]


def shapes(
    count: int, size: int = 32, objects: tuple[int, int] = (1, 1), seed: int = 0
) -> Scenes:
    """Draw scenes of circles, squares, triangles, crosses, rings and bars.

    Position, size, angle, colours, a shading of the background and noise are drawn anew for each.
    The classes take turns as the first object, so a set with one object each is balanced.

    Parameters
    ----------
    count : int
        Images.
    size : int
        Height and width in pixels, at least 16.
    objects : (int, int)
        The least and the most in an image; their boxes do not overlap, and one that finds no
        free place is left out.
    seed : int
        The same seed draws the same scenes; the first of more are those of fewer.

    Returns
    -------
    Scenes

    Examples
    --------
    >>> scenes = shapes(2, size=48, objects=(2, 3), seed=1)
    >>> scenes.images.shape, [CLASSES[c] for c in scenes.classes[0]]
    ((2, 3, 48, 48), ['circle', 'circle'])
    """
    return draw_scenes(count, size, objects, seed, _background)


Ground = Callable[[int, np.random.Generator], tuple[NDArray[np.float64], NDArray[np.float64]]]


def draw_scenes(
    count: int, size: int, objects: tuple[int, int], seed: int, ground: Ground
) -> Scenes:
    """Draw shapes on any ground.

    Parameters
    ----------
    count, size, objects, seed
        As of `shapes`.
    ground : callable
        From the size and a random generator to an image of shape (3, size, size), and what the
        objects stand out from, of that shape or one that broadcasts to it.

    Returns
    -------
    Scenes

    Raises
    ------
    ArgumentError
        If the images are too small, or the number of objects is out of bounds.
    """
    low, high = objects
    if size < 16:
        raise ArgumentError("size", "at least 16 pixels", size)
    if not 1 <= low <= high <= 20:
        raise ArgumentError("objects", "the least and the most, from 1 to 20", objects)
    scenes = [
        _scene(size, low, high, i % len(CLASSES), np.random.default_rng((seed, i)), ground)
        for i in range(count)
    ]
    images, classes, boxes, masks = zip(*scenes, strict=True) if scenes else ((), (), (), ())
    return Scenes(
        np.stack(images) if scenes else np.empty((0, 3, size, size), np.float32),
        list(classes),
        list(boxes),
        np.stack(masks) if scenes else np.empty((0, size, size), np.uint8),
    )


def _scene(
    size: int, low: int, high: int, first: int, rng: np.random.Generator, ground: Ground
) -> tuple[
    NDArray[np.float32], NDArray[np.int64], NDArray[np.float32], NDArray[np.uint8]
]:
    image, beside = ground(size, rng)
    beside = np.broadcast_to(beside, image.shape)
    mask = np.zeros((size, size), np.uint8)
    classes: list[int] = []
    boxes: list[NDArray[np.float32]] = []
    others = rng.integers(len(CLASSES), size=rng.integers(low, high + 1) - 1)
    for kind in (first, *others.tolist()):
        coverage = _place(kind, size, size / (1 + high**0.5), boxes, rng)
        if coverage is None:
            continue
        inside = coverage >= 0.5
        colour = _colour(beside[:, inside].mean(axis=1), rng)
        image += coverage * (colour[:, None, None] - image)
        classes.append(kind)
        mask[inside] = len(classes)
        boxes.append(_box(inside))
    noisy = (image + rng.normal(0, 0.03, image.shape)).clip(0, 1).astype(np.float32)
    return noisy, np.array(classes), np.array(boxes, np.float32).reshape(-1, 4), mask


def _background(
    size: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shade from one colour to one near it: (3, size, size), and the colour between: (3, 1, 1)."""
    colour = rng.uniform(0.1, 0.9, 3)
    slope = rng.uniform(-0.1, 0.1, (3, 2))
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    colour = colour[:, None, None]
    return colour + slope[:, :1, None] * y + slope[:, 1:, None] * x, colour


def _colour(beside: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a colour that stands out: at least 0.5 away from what it is drawn on."""
    while True:
        colour = rng.uniform(0, 1, 3)
        if np.linalg.norm(colour - beside) >= 0.5:
            return colour


def _place(
    kind: int,
    size: int,
    largest: float,
    boxes: list[NDArray[np.float32]],
    rng: np.random.Generator,
) -> NDArray[np.float64] | None:
    """Draw an object where none is yet: how much of each pixel it covers, or None."""
    for _ in range(TRIES):
        radius = max(SMALLEST, rng.uniform(0.32, 0.64) * largest)
        x, y = rng.uniform(radius, size - radius, 2)
        angle = rng.uniform(0, 2 * np.pi)
        around = np.array([x - radius, y - radius, x + radius, y + radius])
        if not any(_overlap(around, box) for box in boxes):
            return _coverage(kind, size, (x, y), radius, angle)
    return None


def _overlap(a: NDArray[np.floating], b: NDArray[np.floating]) -> bool:
    return bool((np.maximum(a[:2], b[:2]) < np.minimum(a[2:], b[2:])).all())


def _coverage(
    kind: int, size: int, centre: tuple[float, float], radius: float, angle: float
) -> NDArray[np.float64]:
    steps = (np.arange(size * OVERSAMPLE) + 0.5) / OVERSAMPLE
    x, y = (steps - centre[0]) / radius, ((steps - centre[1]) / radius)[:, None]
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    inside = _inside(CLASSES[kind], along, across)
    return inside.reshape(size, OVERSAMPLE, size, OVERSAMPLE).mean(axis=(1, 3))


def _inside(
    name: str, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Tell which points belong to a shape that just fits the unit circle."""
    distance = np.hypot(x, y)
    if name == "circle":
        return distance <= 0.9
    if name == "ring":
        return (distance <= 1) & (distance >= 0.55)
    if name == "square":
        return np.maximum(np.abs(x), np.abs(y)) <= 0.7
    if name == "triangle":
        return (y >= -0.5) & (y <= 1 - np.sqrt(3) * np.abs(x))
    if name == "bar":
        return (np.abs(x) <= 0.95) & (np.abs(y) <= 0.28)
    arms = (np.abs(x) <= 0.28) | (np.abs(y) <= 0.28)  # cross
    return arms & (np.maximum(np.abs(x), np.abs(y)) <= 0.9)


def _box(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    corners = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    return np.array(corners, np.float32)
