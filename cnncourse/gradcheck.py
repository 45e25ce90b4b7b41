"""Numerical gradients: trust a backward pass because it agrees with its forward pass.

A derivative is a limit of differences, so a gradient written by hand can be compared with
differences taken numerically. This costs two forward passes for each number of the input: use it on
small arrays. Choose inputs away from kinks, such as 0 for ReLU or ties for max pooling, where no
derivative exists.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.layers.arrays import Array
from cnncourse.layers.checks import number
from cnncourse.layers.module import Layer

STEP = 6e-6  # about the cube root of float64's rounding: the best for a central difference
TOLERANCE = 1e-5


@dataclass(frozen=True)
class GradientCheck:
    """What a comparison found. True in a condition if the gradients agree.

    Parameters
    ----------
    name : str
        What the gradient is with respect to.
    index : tuple of int
        Where the two differ most, () for an empty array.
    analytic, numerical : float
        The two derivatives there.
    error : float
        Their relative error, |analytic - numerical| / max(|analytic|, |numerical|), where what
        rounding alone can do counts as no error.
    tolerance : float
        The largest relative error that still passes.
    """

    name: str
    index: tuple[int, ...]
    analytic: float
    numerical: float
    error: float
    tolerance: float

    def __bool__(self) -> bool:
        """Whether the gradients agree; NaN agrees with nothing."""
        return self.error <= self.tolerance

    def __str__(self) -> str:
        """Say where the worst disagreement is and how large."""
        place = self.name + (str(list(self.index)) if self.index else "")
        return (
            f"{place}: analytic {self.analytic:.6g}, numerical {self.numerical:.6g}, "
            f"relative error {self.error:.1e} ({'within' if self else 'above'} "
            f"{self.tolerance:.0e})"
        )


def numerical_gradient(
    function: Callable[[Array], ArrayLike],
    x: ArrayLike,
    grad_output: ArrayLike | None = None,
    step: float = STEP,
) -> Array:
    """Differentiate by central differences.

    Parameters
    ----------
    function : callable
        Takes an array like `x` and gives an array or a number. It must give the same for the same
        input.
    x : float64 array, any shape
        Where to differentiate. float32 is refused: its rounding would drown the differences.
    grad_output : array, the shape of what `function` gives, optional
        Weights of the outputs, as `backward` takes them; all 1 if left out.
    step : float
        How far to go to each side; times |x| where that is above 1.

    Returns
    -------
    float64 array, the shape of `x`
        The derivative of the sum of function(x) times grad_output.

    Raises
    ------
    ArgumentError
        If `x` is not float64.
    ShapeError
        If `grad_output` does not have the shape of the output.

    Examples
    --------
    >>> numerical_gradient(np.square, np.array([1.0, 3.0])).round(6)
    array([2., 6.])
    """
    return _differences(function, x, grad_output, step)[0]


def _differences(
    function: Callable[[Array], ArrayLike],
    x: ArrayLike,
    grad_output: ArrayLike | None,
    step: float,
) -> tuple[Array, float]:
    """Give the numerical gradient, and how much of any of its numbers may be rounding."""
    x = _float64("x", x).copy()
    step = number("step", step, at_least=np.finfo(np.float64).tiny)
    y = np.asarray(function(x.copy()), dtype=np.float64)
    weights = np.ones_like(y) if grad_output is None else _float64("grad_output", grad_output)
    if weights.shape != y.shape:
        raise ShapeError("grad_output", f"shape {y.shape}, as the output has", weights.shape)

    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        here = float(x[index])
        x[index] = after = here + step * max(1.0, abs(here))
        y_after = np.asarray(function(x.copy()))
        x[index] = before = here - step * max(1.0, abs(here))
        y_before = np.asarray(function(x.copy()))
        x[index] = here
        gradient[index] = np.sum(weights * (y_after - y_before)) / (after - before)
    rounding = 4 * np.finfo(np.float64).eps * np.sum(np.abs(weights * y)) / step
    return gradient, float(rounding)


def _float64(argument: str, value: ArrayLike) -> Array:
    value = np.asarray(value, order="C")
    if value.dtype != np.float64:
        raise ArgumentError(argument, "float64, whose differences are fine enough", value.dtype)
    return value


def gradcheck(
    function: Callable[[Array], ArrayLike],
    x: ArrayLike,
    grad_x: ArrayLike,
    grad_output: ArrayLike | None = None,
    *,
    name: str = "x",
    step: float = STEP,
    tolerance: float = TOLERANCE,
) -> GradientCheck:
    """Compare a gradient with numerical differences of the function it belongs to.

    Parameters
    ----------
    function, x, grad_output, step
        As in `numerical_gradient`.
    grad_x : array, the shape of `x`
        The gradient to check: what a backward function gave for `grad_output`.
    name : str
        What the result calls `x`.
    tolerance : float
        The largest relative error that passes.

    Returns
    -------
    GradientCheck
        True in a condition if they agree; printed, it names the worst index.

    Raises
    ------
    ShapeError
        If `grad_x` does not have the shape of `x`.

    Examples
    --------
    >>> x = np.array([1.0, 3.0])
    >>> bool(gradcheck(np.square, x, grad_x=2 * x))
    True
    >>> print(gradcheck(np.square, x, grad_x=np.array([2.0, 3.0])))
    x[1]: analytic 3, numerical 6, relative error 5.0e-01 (above 1e-05)
    """
    tolerance = number("tolerance", tolerance)
    analytic = _float64("grad_x", grad_x)
    if analytic.shape != np.shape(x):
        raise ShapeError("grad_x", f"shape {np.shape(x)}, as x has", analytic.shape)
    numerical, rounding = _differences(function, x, grad_output, step)
    if not analytic.size:
        return GradientCheck(name, (), 0.0, 0.0, 0.0, tolerance)
    difference = np.maximum(np.abs(analytic - numerical) - rounding, 0)
    size = np.maximum(np.abs(analytic), np.abs(numerical))
    finite = np.isfinite(analytic) & np.isfinite(numerical)
    error = np.where(finite, 0, np.inf)  # NaN and infinity are the worst of all
    np.divide(difference, size, out=error, where=finite & (difference > 0))
    worst = tuple(int(i) for i in np.unravel_index(error.argmax(), error.shape))
    return GradientCheck(
        name, worst, float(analytic[worst]), float(numerical[worst]), float(error[worst]), tolerance
    )


def gradcheck_layer(
    layer: Layer,
    x: ArrayLike,
    grad_output: ArrayLike | None = None,
    *,
    step: float = STEP,
    tolerance: float = TOLERANCE,
) -> dict[str, GradientCheck]:
    """Check the gradients of a layer object: of its input, and of each parameter.

    Works on copies, which start each forward pass from the same state: the layer stays as it is,
    and dropout draws the same numbers each time.

    Parameters
    ----------
    layer : Layer
        With float64 parameters; a Sequential too.
    x : float64 array
    grad_output : float64 array, the shape of the output, optional
        Random numbers if left out, the same each time: with all 1, as one might choose, the
        gradients of normalised numbers are 0, and nothing would be checked.
    step, tolerance
        As in `gradcheck`.

    Returns
    -------
    dict of str to GradientCheck
        Under 'x' and the names of the parameters.

    Examples
    --------
    >>> from cnncourse.layers.dense import Dense
    >>> checks = gradcheck_layer(Dense(3, 2, rng=0), np.ones((4, 3)))
    >>> list(checks), all(checks.values())
    (['x', 'weight', 'bias'], True)
    """
    x = _float64("x", x)
    tried = copy.deepcopy(layer)
    y = tried.forward(x)
    if grad_output is None:
        grad_output = np.random.default_rng(0).standard_normal(y.shape)
    grads = {"x": tried.backward(np.asarray(grad_output)), **tried.grads}

    def output(name: str, value: Array) -> Array:
        fresh = copy.deepcopy(layer)
        if name == "x":
            return fresh.forward(value)
        fresh.params[name][...] = value
        return fresh.forward(x)

    return {
        name: gradcheck(
            partial(output, name), at, grads[name], grad_output,
            name=name, step=step, tolerance=tolerance,
        )
        for name, at in {"x": x, **layer.params}.items()
    }
