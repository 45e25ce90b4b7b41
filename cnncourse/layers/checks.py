"""What the layers ask of their arguments beside `arrays`; every refusal names the argument."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real

import numpy as np
from numpy.typing import DTypeLike

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers.arrays import Array


def check_shape(argument: str, array: Array, shape: Sequence[int]) -> None:
    """Refuse an array of any other shape.

    Raises
    ------
    ShapeError

    Examples
    --------
    >>> check_shape("bias", np.zeros(3), (2,))
    Traceback (most recent call last):
    ...
    cnncourse.errors.ShapeError: bias: expected shape (2,), got (3,)
    """
    if array.shape != tuple(shape):
        raise ShapeError(argument, f"shape {tuple(shape)}", array.shape)


def number(argument: str, value: float, at_least: float = 0.0, below: float = math.inf) -> float:
    """Accept a number with `at_least` <= number < `below`.

    Raises
    ------
    ArgumentError

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
        raise ArgumentError(argument, f"a finite number of at least {at_least:g}", repr(value))
    raise ArgumentError(argument, f"a number from {at_least:g} to below {below:g}", repr(value))


def float_type(dtype: DTypeLike) -> np.dtype:
    """Accept float32 or float64, as a type or by name.

    Raises
    ------
    ArgumentError

    Examples
    --------
    >>> float_type("float32")
    dtype('float32')
    """
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise ArgumentError("dtype", "float32 or float64", dtype)
    return np.dtype(dtype)
