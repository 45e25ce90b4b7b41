"""What every layer asks of its arrays, in one place: their axes, their numbers, their padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError

Array = NDArray[Any]

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def check_axes(argument: str, array: Array, axes: str) -> None:
    """Refuse an array that does not have the axes named, or has none of something but images.

    Parameters
    ----------
    argument : str
        The name that an error message will use.
    array : array
    axes : str
        The axes' names, such as "N, C, H, W". Only N, the number of samples, may be 0.

    Raises
    ------
    ShapeError
    """
    names = axes.split(", ")
    if array.ndim != len(names):
        raise ShapeError(
            argument,
            f"an array of shape ({axes})",
            f"{array.ndim} axes, shape {array.shape}",
        )
    if any(size == 0 and name != "N" for name, size in zip(names, array.shape, strict=True)):
        raise ShapeError(argument, f"an array of shape ({axes}) with nothing empty", array.shape)


def as_numbers(**arguments: ArrayLike | None) -> list[Array]:
    """Bring a layer's arguments to one type of number without changing a value.

    Floats stay what they are, float32 or float64, and must agree. Integers beside floats become
    floats if each value survives that exactly. Integers alone become int64. None is left out.

    Parameters
    ----------
    **arguments : array_like or None
        Under the names that an error message will use.

    Returns
    -------
    list of array
        The arguments that are not None, all of one type and in C order: sums are then taken in one
        sequence, and the memory order of an input changes no digit of the result. An argument that
        is so already is returned itself, not a copy.

    Raises
    ------
    ArgumentError
        For other types, for float32 beside float64, and for integers that would not be exact.

    Examples
    --------
    >>> x, weight = as_numbers(x=[[1, 2]], weight=np.ones(2, dtype=np.float32))
    >>> x.dtype, weight.dtype
    (dtype('float32'), dtype('float32'))
    """
    arrays = {
        name: np.asarray(value, order="C") for name, value in arguments.items() if value is not None
    }
    common = np.dtype(np.int64)
    first = ""
    for name, array in arrays.items():
        if array.dtype.kind in "bui":
            continue
        if array.dtype not in _FLOATS:
            raise ArgumentError(name, "float32, float64 or integers", array.dtype)
        if first and array.dtype != common:
            raise ArgumentError(name, f"{common}, the type of {first}", array.dtype)
        first, common = name, array.dtype
    return [_exactly(name, array, common) for name, array in arrays.items()]


def _exactly(name: str, array: Array, dtype: np.dtype) -> Array:
    """Convert integers to a type that holds each of them."""
    if array.dtype == dtype:
        return array
    largest = 2**63 - 1 if dtype.kind == "i" else 2 ** (np.finfo(dtype).nmant + 1)
    if array.size and max(abs(int(array.min())), abs(int(array.max()))) > largest:
        raise ArgumentError(name, f"integers of at most {largest}, which {dtype} holds", "larger")
    return array.astype(dtype)


def as_floats(**arguments: ArrayLike | None) -> list[Array]:
    """Do as `as_numbers` does, and refuse integers alone.

    Raises
    ------
    ArgumentError
        Also if there is no float array among the arguments.

    Examples
    --------
    >>> as_floats(x=[1, 2])
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: x: expected float32 or float64, got int64
    """
    arrays = as_numbers(**arguments)
    if arrays[0].dtype.kind != "f":
        name, value = next((n, v) for n, v in arguments.items() if v is not None)
        raise ArgumentError(name, "float32 or float64", np.asarray(value).dtype)
    return arrays


def check_no_overflow(x: Array, weight: Array, bias: Array | None = None) -> None:
    """Refuse integers whose sums of products might not fit into int64.

    Parameters
    ----------
    x : array
    weight : array, shape (C_out, ...)
        Each output is at most one product for each weight of its channel.
    bias : array, optional

    Raises
    ------
    ArgumentError
    """
    if x.dtype.kind != "i" or not x.size:
        return
    largest = [max(abs(int(array.min())), abs(int(array.max()))) for array in (x, weight)]
    bound = largest[0] * largest[1] * (weight.size // len(weight))
    if bias is not None:
        bound += max(abs(int(bias.min())), abs(int(bias.max())))
    if bound >= 2**63:
        raise ArgumentError("x", "integers whose sums of products stay below 2**63", bound)


def pad(x: Array, pads: Sequence[tuple[int, int]], value: float = 0) -> Array:
    """Put a border around the last axes of an array.

    Parameters
    ----------
    x : array, shape (..., H, W)
    pads : sequence of (int, int)
        Pixels before and after, for each of the last ``len(pads)`` axes.
    value : float
        What the border holds.

    Returns
    -------
    array
        A new array, or `x` itself if there is nothing to add.

    Examples
    --------
    >>> pad(np.ones((1, 2), dtype=int), [(1, 0), (0, 1)])
    array([[0, 0, 0],
           [1, 1, 0]])
    """
    if not any(before or after for before, after in pads):
        return x
    every = [(0, 0)] * (x.ndim - len(pads)) + list(pads)
    sizes = [before + n + after for n, (before, after) in zip(x.shape, every, strict=True)]
    padded = np.full(sizes, value, dtype=x.dtype)
    inside = (slice(before, before + n) for n, (before, _) in zip(x.shape, every, strict=True))
    padded[tuple(inside)] = x
    return padded
