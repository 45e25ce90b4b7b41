"""First weights: random, and of a size that keeps signals neither dying out nor growing.

Each function takes the shape of the weights and draws from a normal or a uniform distribution
with mean 0. He's variance is 2 / fan_in, made for ReLU, which drops half of a signal's power;
Glorot's is 2 / (fan_in + fan_out), a compromise between the way forward and the way back.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import DTypeLike

from cnncourse.errors import ShapeError
from cnncourse.layers.arrays import Array
from cnncourse.layers.checks import float_type
from cnncourse.shapes import per_axis

Seed = np.random.Generator | int | None
Initializer = Callable[[tuple[int, ...], Seed, DTypeLike], Array]


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Count what flows into one output of a layer, and how many outputs one input flows into.

    Parameters
    ----------
    shape : sequence of int
        (out_features, in_features), or (C_out, C_in // groups, K_h, K_w) with any number of kernel
        axes.

    Returns
    -------
    fan_in, fan_out : int

    Raises
    ------
    ShapeError
        If there are fewer than two axes.

    Examples
    --------
    >>> fans((10, 84)), fans((16, 6, 5, 5))
    ((84, 10), (150, 400))
    """
    if len(shape) < 2:
        raise ShapeError("shape", "at least two axes: outputs, inputs", tuple(shape))
    outputs, inputs, *kernel = per_axis("shape", shape, len(shape))
    taps = math.prod(kernel)
    return inputs * taps, outputs * taps


def he_normal(shape: Sequence[int], rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
    """Draw normal numbers of variance 2 / fan_in.

    Parameters
    ----------
    shape : sequence of int
        That of the weights, as in `fans`.
    rng : numpy.random.Generator or int, optional
        A generator, which moves on, or a seed for a new one.
    dtype : float32 or float64

    Returns
    -------
    float array, shape `shape`

    Raises
    ------
    ShapeError, ArgumentError
        For another shape or dtype.

    References
    ----------
    He, Zhang, Ren and Sun, "Delving deep into rectifiers", arXiv:1502.01852, equation 10.

    Examples
    --------
    >>> bool(abs(he_normal((100, 200), rng=0).std() - 0.1) < 0.001)
    True
    """
    return _normal(shape, 2 / fans(shape)[0], rng, dtype)


def he_uniform(shape: Sequence[int], rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
    """Draw numbers evenly between ±sqrt(6 / fan_in), whose variance is that of `he_normal`.

    Parameters, result and errors are those of `he_normal`.

    Examples
    --------
    >>> bool(abs(he_uniform((100, 600), rng=0)).max() <= 0.1)
    True
    """
    return _uniform(shape, 2 / fans(shape)[0], rng, dtype)


def glorot_normal(shape: Sequence[int], rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
    """Draw normal numbers of variance 2 / (fan_in + fan_out).

    Parameters, result and errors are those of `he_normal`.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, equation 12.

    Examples
    --------
    >>> bool(abs(glorot_normal((100, 100), rng=0).std() - 0.1) < 0.001)
    True
    """
    return _normal(shape, 2 / sum(fans(shape)), rng, dtype)


def glorot_uniform(shape: Sequence[int], rng: Seed = None, dtype: DTypeLike = np.float64) -> Array:
    """Draw numbers evenly between ±sqrt(6 / (fan_in + fan_out)).

    Parameters, result and errors are those of `he_normal`. It is equation 16 of the paper that
    `glorot_normal` names.

    Examples
    --------
    >>> bool(abs(glorot_uniform((300, 300), rng=0)).max() <= 0.1)
    True
    """
    return _uniform(shape, 2 / sum(fans(shape)), rng, dtype)


def _normal(shape: Sequence[int], variance: float, rng: Seed, dtype: DTypeLike) -> Array:
    drawn = np.random.default_rng(rng).standard_normal(tuple(shape))
    return (math.sqrt(variance) * drawn).astype(float_type(dtype))


def _uniform(shape: Sequence[int], variance: float, rng: Seed, dtype: DTypeLike) -> Array:
    bound = math.sqrt(3 * variance)  # an even distribution on ±a has variance a² / 3
    return np.random.default_rng(rng).uniform(-bound, bound, tuple(shape)).astype(float_type(dtype))
