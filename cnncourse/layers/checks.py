"""What the layers ask of their arguments beside `arrays`; every refusal names the argument."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers.arrays import Array, as_floats


def ordered_floats(**arguments: ArrayLike | None) -> list[Array]:
    """Do as `as_floats` does, and bring every array to C order.

    Sums are then taken in one sequence, so the memory order of the input changes no digit of the
    result.

    Examples
    --------
    >>> (x,) = ordered_floats(x=np.arange(3.0)[::-1])
    >>> x, x.flags.c_contiguous
    (array([2., 1., 0.]), True)
    """
    return [np.asarray(array, order="C") for array in as_floats(**arguments)]


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
