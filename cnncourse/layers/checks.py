"""What the layers ask of their arguments; every refusal names the argument."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from cnncourse.errors import ArgumentError, ShapeError

Array = np.ndarray[Any, Any]
FLOATS = (np.float32, np.float64)


def real_array(
    name: str, value: Array, ndim: int | None = None, like: Array | None = None
) -> Array:
    """Accept an array of numbers, integers included, and give it back in C order.

    Copying to C order first is what makes a result independent of the input's memory order: sums
    are then always taken in the same sequence.

    Parameters
    ----------
    name : str
        The name that an error message will use.
    value : array
    ndim : int, optional
        The number of axes it must have.
    like : array, optional
        An array whose dtype it must share: nothing is promoted silently.

    Returns
    -------
    array
        `value` itself where it is in C order already, else a copy.

    Raises
    ------
    ArgumentError
        If `value` is not an array of float32, float64 or integers, or not of the dtype of `like`.
    ShapeError
        If it does not have `ndim` axes.

    Examples
    --------
    >>> real_array("x", np.arange(3)[::-1], ndim=1)
    array([2, 1, 0])
    """
    if not isinstance(value, np.ndarray):
        raise ArgumentError(name, "a NumPy array", type(value).__name__)
    if value.dtype not in FLOATS and value.dtype.kind not in "iu":
        raise ArgumentError(name, "float32, float64 or integers", value.dtype)
    if ndim is not None and value.ndim != ndim:
        raise ShapeError(name, f"{ndim} axes", f"{value.ndim}, shape {value.shape}")
    if like is not None and value.dtype != like.dtype:
        raise ArgumentError(name, f"dtype {like.dtype}, as its partner has", value.dtype)
    return np.asarray(value, order="C")


def float_array(
    name: str, value: Array, ndim: int | None = None, like: Array | None = None
) -> Array:
    """Accept a float32 or float64 array, as `real_array` does, and refuse integers.

    Integers are refused where the result would not be one: rounding it back would be wrong, and
    choosing a float type is the caller's business.

    Examples
    --------
    >>> float_array("x", np.arange(3))
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: x: expected float32 or float64, got int64
    """
    value = real_array(name, value, ndim, like)
    if value.dtype not in FLOATS:
        raise ArgumentError(name, "float32 or float64", value.dtype)
    return value


def shaped(name: str, value: Array, shape: Sequence[int], like: Array) -> Array:
    """Accept an array of exactly this shape and the dtype of `like`, as `real_array` does.

    Examples
    --------
    >>> shaped("bias", np.zeros(3), (2,), like=np.zeros(1))
    Traceback (most recent call last):
    ...
    cnncourse.errors.ShapeError: bias: expected shape (2,), got (3,)
    """
    value = real_array(name, value, like=like)
    if value.shape != tuple(shape):
        raise ShapeError(name, f"shape {tuple(shape)}", value.shape)
    return value


def number(name: str, value: float, at_least: float = 0.0, below: float = math.inf) -> float:
    """Accept a number with `at_least` <= number < `below`.

    Examples
    --------
    >>> number("momentum", 0.9, below=1)
    0.9
    >>> number("eps", -1.0)
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: eps: expected a finite number of at least 0, got -1.0
    """
    if isinstance(value, Real) and at_least <= value < below:
        return float(value)
    if math.isinf(below):
        raise ArgumentError(name, f"a finite number of at least {at_least:g}", repr(value))
    raise ArgumentError(name, f"a number from {at_least:g} to below {below:g}", repr(value))
