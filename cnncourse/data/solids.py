"""Points on the surfaces of solids, whose classes are known because we put them there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.data.dataset import Dataset
from cnncourse.errors import ArgumentError

Points = NDArray[np.float64]  # shape (P, 3): x, y and z, upwards
Sampler = Callable[[int, np.random.Generator], Points]
TURNS = ("none", "upright", "any")
TUBE = 0.4  # of the torus, its ring has radius 1


def _sphere(count: int, rng: np.random.Generator) -> Points:
    points = rng.normal(size=(count, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _cube(count: int, rng: np.random.Generator) -> Points:
    points = rng.uniform(-1, 1, (count, 3))
    points[np.arange(count), rng.integers(3, size=count)] = rng.choice((-1, 1), count)
    return points


def _disc(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw points in the unit circle: (count, 2)."""
    angle = rng.uniform(0, 2 * np.pi, count)
    return np.sqrt(rng.uniform(size=(count, 1))) * np.stack([np.cos(angle), np.sin(angle)], 1)


def _cylinder(count: int, rng: np.random.Generator) -> Points:
    """Of radius 1 and height 2: two thirds of the surface are its side."""
    flat = _disc(count, rng)
    side = rng.uniform(size=count) < 2 / 3
    flat[side] /= np.linalg.norm(flat[side], axis=1, keepdims=True)
    height = np.where(side, rng.uniform(-1, 1, count), rng.choice((-1, 1), count))
    return np.column_stack([flat, height])


def _cone(count: int, rng: np.random.Generator) -> Points:
    """Of radius 1 and height 2: its side has √5 times the area of its base."""
    flat = _disc(count, rng)  # seen from above, both are a disc
    side = rng.uniform(size=count) < np.sqrt(5) / (1 + np.sqrt(5))
    height = np.where(side, 1 - 2 * np.linalg.norm(flat, axis=1), -1)
    return np.column_stack([flat, height])


def _pyramid(count: int, rng: np.random.Generator) -> Points:
    """Of a square base of side 2 and height 2: its sides have √5 times the area of its base."""
    flat = rng.uniform(-1, 1, (count, 2))
    side = rng.uniform(size=count) < np.sqrt(5) / (1 + np.sqrt(5))
    height = np.where(side, 1 - 2 * np.abs(flat).max(axis=1), -1)
    return np.column_stack([flat, height])


def _torus(count: int, rng: np.random.Generator) -> Points:
    """A ring of radius 1; outside there is more surface than inside, so some draws are refused."""
    around = np.empty(0)
    while len(around) < count:
        angle = rng.uniform(0, 2 * np.pi, 2 * count)
        kept = rng.uniform(0, 1 + TUBE, 2 * count) < 1 + TUBE * np.cos(angle)
        around = np.concatenate([around, angle[kept]])
    around, along = around[:count], rng.uniform(0, 2 * np.pi, count)
    radius = 1 + TUBE * np.cos(around)
    return np.column_stack([
        radius * np.cos(along), radius * np.sin(along), TUBE * np.sin(around)
    ])  # fmt: skip


SOLIDS: dict[str, Sampler] = {
    "sphere": _sphere, "cube": _cube, "cylinder": _cylinder, "cone": _cone, "pyramid": _pyramid,
    "torus": _torus,
}  # fmt: skip


def solids(
    count: int, points: int = 128, turned: str = "upright", noise: float = 0.02, seed: int = 0
) -> Dataset:
    """Draw points at random on spheres, cubes, cylinders, cones, pyramids and tori.

    Each solid is stretched along its three axes by factors from 0.7 to 1.3, turned, and brought to
    one size: the mean of its points to the origin, the farthest point to distance 1. The points
    are uniform on the surface before it is stretched, and come in no order.

    Parameters
    ----------
    count : int
        Solids. The classes take turns, so the set is balanced.
    points : int
        On each.
    turned : {'none', 'upright', 'any'}
        Turned not at all, about the vertical axis alone, as things that stand on a floor, or
        in any way, each as likely.
    noise : float
        Standard deviation of each coordinate, in the radius of the solid.
    seed : int
        The same seed draws the same solids; the first of more are those of fewer.

    Returns
    -------
    Dataset
        Its images are the clouds: float32, shape (N, 3, P), the coordinates x, y and z (upwards).

    Raises
    ------
    ArgumentError
        If there are fewer than two points, less than no noise, or `turned` is none of the three.

    Examples
    --------
    >>> clouds = solids(6, points=100)
    >>> clouds.images.shape, clouds.classes[:3]
    ((6, 3, 100), ('sphere', 'cube', 'cylinder'))
    """
    if points < 2:
        raise ArgumentError("points", "at least 2", points)
    if turned not in TURNS:
        raise ArgumentError("turned", f"one of {', '.join(TURNS)}", repr(turned))
    if noise < 0:
        raise ArgumentError("noise", "at least 0", noise)
    labels = np.arange(count) % len(SOLIDS)
    samplers = list(SOLIDS.values())
    clouds = np.zeros((count, 3, points), np.float32)
    for i, label in enumerate(labels):
        rng = np.random.default_rng((seed, i))
        cloud = samplers[label](points, rng) * rng.uniform(0.7, 1.3, 3)
        cloud = _to_one_size(cloud @ _turn(turned, rng).T)
        clouds[i] = (cloud + rng.normal(0, noise, cloud.shape)).T
    return Dataset("solids", clouds, labels, tuple(SOLIDS))


def _to_one_size(cloud: Points) -> Points:
    cloud = cloud - cloud.mean(axis=0)
    return cloud / np.linalg.norm(cloud, axis=1).max()


def _turn(turned: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a rotation: a matrix (3, 3)."""
    if turned == "none":
        return np.eye(3)
    if turned == "upright":
        return rotation("z", rng.uniform(0, 360))
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q *= np.sign(np.diag(r))  # uniform over all orthogonal matrices: Mezzadri, math-ph/0609050
    return q * np.linalg.det(q)  # and now over the rotations


def rotation(axis: str, degrees: float) -> NDArray[np.float64]:
    """Write the rotation about an axis as a matrix.

    Parameters
    ----------
    axis : {'x', 'y', 'z'}
    degrees : float
        Counterclockwise, seen against the axis.

    Returns
    -------
    float64 array, shape (3, 3)
        For columns of coordinates: ``rotation(axis, degrees) @ points``.

    Raises
    ------
    ArgumentError
        If there is no such axis.

    Examples
    --------
    >>> (rotation("z", 90) @ [1, 0, 0]).round(12)
    array([0., 1., 0.])
    """
    if axis not in ("x", "y", "z"):
        raise ArgumentError("axis", "'x', 'y' or 'z'", repr(axis))
    kept = "xyz".index(axis)
    first, second = (kept + 1) % 3, (kept + 2) % 3
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    matrix[[[first], [second]], [first, second]] = [[c, -s], [s, c]]
    return matrix


def knn_graph(points: ArrayLike, k: int) -> NDArray[np.int64]:
    """Join each point to its nearest neighbours: a graph where a cloud had none.

    Parameters
    ----------
    points : array, shape (P, D)
    k : int
        Neighbours of each, from 1 to P - 1.

    Returns
    -------
    int64 array, shape (edges, 2)
        Each edge once, the smaller place first, in order; joined if either has the other among
        its k.

    Raises
    ------
    ArgumentError
        If there are not so many neighbours.

    Examples
    --------
    >>> knn_graph([[0.0], [1.0], [1.5], [9.0]], k=1)
    array([[0, 1],
           [1, 2],
           [2, 3]])
    """
    cloud = np.asarray(points, dtype=float)
    if not 1 <= k < len(cloud):
        raise ArgumentError("k", f"1 to {len(cloud) - 1}", k)
    squares = (cloud**2).sum(1)
    distances = squares[:, None] + squares - 2 * cloud @ cloud.T
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :k]
    pairs = np.stack([np.repeat(np.arange(len(cloud)), k), nearest.ravel()], axis=1)
    return np.unique(np.sort(pairs, axis=1), axis=0)
