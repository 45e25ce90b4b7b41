"""Activations: functions of one number, applied to each; and softmax, applied to each row.

Each accepts any shape, an empty array included, and gives a new array of the same shape and type.
NaN goes through as NaN. Nothing overflows, however large the input; at infinity each function has
its limit.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.errors import ArgumentError
from cnncourse.layers.arrays import Array, as_floats, as_numbers
from cnncourse.layers.checks import check_shape, number
from cnncourse.layers.module import Layer


def _with_gradient(grad_output: ArrayLike, x: ArrayLike) -> list[Array]:
    grad_output, x = as_floats(grad_output=grad_output, x=x)
    check_shape("grad_output", grad_output, x.shape)
    return [grad_output, x]


# --- piecewise linear ---


def relu(x: ArrayLike) -> Array:
    """Cut off what is negative: max(x, 0).

    Parameters
    ----------
    x : array, any shape
        Integers too: the result is exact.

    Returns
    -------
    array, the shape of `x`

    Examples
    --------
    >>> relu([-2, 0, 3])
    array([0, 0, 3])
    """
    (x,) = as_numbers(x=x)
    return np.maximum(x, 0)


def relu_backward(grad_output: ArrayLike, x: ArrayLike) -> Array:
    """Let the gradient through where x was positive; at 0 the slope is taken to be 0.

    Parameters
    ----------
    grad_output, x : float array, any shape

    Returns
    -------
    float array, the shape of `x`

    Examples
    --------
    >>> relu_backward([5.0, 5.0, 5.0], [-2.0, 0.0, 3.0])
    array([0., 0., 5.])
    """
    grad_output, x = _with_gradient(grad_output, x)
    return np.where(x <= 0, 0, grad_output)


def leaky_relu(x: ArrayLike, negative_slope: float = 0.01) -> Array:
    """Let negative numbers through, made smaller: x where x > 0, else negative_slope x.

    Parameters
    ----------
    x : float array, any shape
    negative_slope : float

    Returns
    -------
    float array, the shape of `x`

    Examples
    --------
    >>> leaky_relu(np.array([-2.0, 3.0]), negative_slope=0.1)
    array([-0.2,  3. ])
    """
    (x,) = as_floats(x=x)
    return np.where(x > 0, x, number("negative_slope", negative_slope) * x)


def leaky_relu_backward(
    grad_output: ArrayLike, x: ArrayLike, negative_slope: float = 0.01
) -> Array:
    """Give the gradient of `leaky_relu`; at 0 the slope is taken to be `negative_slope`.

    Parameters and result are those of `leaky_relu` and `relu_backward`.

    Examples
    --------
    >>> leaky_relu_backward([1.0, 1.0], [-2.0, 3.0], negative_slope=0.1)
    array([0.1, 1. ])
    """
    grad_output, x = _with_gradient(grad_output, x)
    return np.where(x > 0, grad_output, number("negative_slope", negative_slope) * grad_output)


# --- bounded ---


def sigmoid(x: ArrayLike) -> Array:
    """Squeeze each number between 0 and 1: 1 / (1 + exp(-x)).

    Parameters
    ----------
    x : float array, any shape

    Returns
    -------
    float array, the shape of `x`

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    (x,) = as_floats(x=x)
    small = np.exp(-np.abs(x))  # at most 1, so neither form below overflows
    return np.where(x < 0, small, 1) / (1 + small)


def sigmoid_backward(grad_output: ArrayLike, x: ArrayLike) -> Array:
    """Give the gradient of `sigmoid`, whose slope is s (1 - s).

    Parameters and result are those of `relu_backward`.

    Examples
    --------
    >>> sigmoid_backward([1.0], [0.0])
    array([0.25])
    """
    grad_output, x = _with_gradient(grad_output, x)
    return grad_output * sigmoid(x) * sigmoid(-x)  # 1 - s, without cancellation


def tanh(x: ArrayLike) -> Array:
    """Squeeze each number between -1 and 1.

    Parameters
    ----------
    x : float array, any shape

    Returns
    -------
    float array, the shape of `x`

    Examples
    --------
    >>> tanh(np.array([-1000.0, 0.0, 1000.0]))
    array([-1.,  0.,  1.])
    """
    (x,) = as_floats(x=x)
    return np.tanh(x)


def tanh_backward(grad_output: ArrayLike, x: ArrayLike) -> Array:
    """Give the gradient of `tanh`, whose slope is 1 - tanh(x) squared.

    Parameters and result are those of `relu_backward`.

    Examples
    --------
    >>> tanh_backward([2.0], [0.0])
    array([2.])
    """
    grad_output, x = _with_gradient(grad_output, x)
    return grad_output * (1 - np.tanh(x) ** 2)


# --- smooth relatives of ReLU: x times a weight that falls to 0 ---

# below these the weight is 0 in float64, so x may stop there: -inf times 0 would be NaN
_SIGMOID_IS_ZERO = -800.0
_NORMAL_IS_ZERO = -40.0


def silu(x: ArrayLike) -> Array:
    """Weigh each number by its own sigmoid: x sigmoid(x).

    Parameters
    ----------
    x : float array, any shape

    Returns
    -------
    float array, the shape of `x`

    References
    ----------
    Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units", arXiv:1702.03118.

    Examples
    --------
    >>> silu(np.array([-1000.0, 0.0, 1000.0]))
    array([  -0.,    0., 1000.])
    """
    (x,) = as_floats(x=x)
    return np.maximum(x, _SIGMOID_IS_ZERO) * sigmoid(x)


def silu_backward(grad_output: ArrayLike, x: ArrayLike) -> Array:
    """Give the gradient of `silu`, whose slope is s + x s (1 - s) with s = sigmoid(x).

    Parameters and result are those of `relu_backward`.

    Examples
    --------
    >>> silu_backward([1.0], [0.0])
    array([0.5])
    """
    grad_output, x = _with_gradient(grad_output, x)
    s = sigmoid(x)
    x = np.clip(x, _SIGMOID_IS_ZERO, -_SIGMOID_IS_ZERO)
    return grad_output * (s + x * s * sigmoid(-x))


# Cody's rational approximations, numerator and denominator, highest power first
_ERF_SMALL = (
    (1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
     2.84423683343917062e3),
)
_ERFC_LARGE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
     1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
     1.23033935480374942e3),
)


def erf(x: ArrayLike) -> Array:
    """Give the error function, 2 / sqrt(pi) times the integral of exp(-t²) from 0 to x.

    NumPy has none. Below 0.47 a rational function of x² times x, above it 1 - exp(-x²) times a
    rational function of |x|; beyond 6, where float64 knows no difference to 1, it is 1.

    Parameters
    ----------
    x : float array, any shape

    Returns
    -------
    float array, the shape of `x`
        Within 4e-16 of the true value in float64, 3e-7 in float32.

    References
    ----------
    Cody, "Rational Chebyshev approximations for the error function", Mathematics of Computation
    23 (1969).

    Examples
    --------
    >>> erf(np.array([-9.0, 0.0, 1.0])).round(6)
    array([-1.      ,  0.      ,  0.842701])
    """
    (x,) = as_floats(x=x)
    size = np.minimum(np.abs(x), 6)
    small = np.minimum(size, 0.46875) ** 2
    near = x * _ratio(_ERF_SMALL, small)
    far = np.copysign(1 - np.exp(-size * size) * _ratio(_ERFC_LARGE, size), x)
    return np.where(size <= 0.46875, near, far)


def _ratio(polynomials: tuple[tuple[float, ...], tuple[float, ...]], x: Array) -> Array:
    top, bottom = (np.polyval(np.array(p, dtype=x.dtype), x) for p in polynomials)
    return top / bottom


_TANH_SCALE = math.sqrt(2 / math.pi)
_TANH_CUBE = 0.044715


def gelu(x: ArrayLike, approximate: str = "none") -> Array:
    """Weigh each number by the chance that a standard normal one is smaller.

    Parameters
    ----------
    x : float array, any shape
    approximate : 'none' or 'tanh'
        'none': x (1 + erf(x / sqrt 2)) / 2.
        'tanh': x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x³))) / 2, at most 5e-4 away.

    Returns
    -------
    float array, the shape of `x`

    Raises
    ------
    ArgumentError
        If `approximate` is neither.

    References
    ----------
    Hendrycks and Gimpel, "Gaussian error linear units", arXiv:1606.08415.

    Examples
    --------
    >>> gelu(np.array([-100.0, 1.0])).round(4)
    array([-0.    ,  0.8413])
    """
    (x,) = as_floats(x=x)
    weight, _ = _gelu_weight(x, approximate)
    return np.maximum(x, _NORMAL_IS_ZERO) * weight


def gelu_backward(grad_output: ArrayLike, x: ArrayLike, approximate: str = "none") -> Array:
    """Give the gradient of `gelu`: by the product rule, of x and of its weight.

    Parameters and result are those of `gelu` and `relu_backward`.

    Examples
    --------
    >>> gelu_backward([2.0], [0.0])
    array([1.])
    """
    grad_output, x = _with_gradient(grad_output, x)
    weight, slope = _gelu_weight(x, approximate)
    return grad_output * (weight + np.clip(x, _NORMAL_IS_ZERO, -_NORMAL_IS_ZERO) * slope)


def _gelu_weight(x: Array, approximate: str) -> tuple[Array, Array]:
    """Give what `gelu` multiplies x with, and its derivative."""
    _check_approximate(approximate)
    x = np.clip(x, _NORMAL_IS_ZERO, -_NORMAL_IS_ZERO)
    if approximate == "tanh":
        t = np.tanh(_TANH_SCALE * (x + _TANH_CUBE * x**3))
        return 0.5 * (1 + t), 0.5 * (1 - t**2) * _TANH_SCALE * (1 + 3 * _TANH_CUBE * x**2)
    return 0.5 * (1 + erf(x / math.sqrt(2))), np.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)


def _check_approximate(approximate: str) -> None:
    if approximate not in ("none", "tanh"):
        raise ArgumentError("approximate", "'none' or 'tanh'", repr(approximate))


# --- a row at a time ---


def softmax(x: ArrayLike, axis: int = -1) -> Array:
    """Turn scores into probabilities: exp(x) over the sum of exp(x) along an axis.

    Parameters
    ----------
    x : float array, at least one axis
        Scores; -inf gives probability 0.
    axis : int
        Along which the probabilities sum to 1.

    Returns
    -------
    float array, the shape of `x`
        NaN in every place of a row that holds NaN, +inf, or nothing but -inf.

    Raises
    ------
    ArgumentError
        If `x` has no such axis.

    Examples
    --------
    >>> softmax(np.array([[1000.0, 1000.0], [0.0, -np.inf]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    return np.exp(log_softmax(x, axis))


def log_softmax(x: ArrayLike, axis: int = -1) -> Array:
    """Give the logarithm of `softmax`, exact also where the probability rounds to 0.

    Parameters, result and errors are those of `softmax`.

    Examples
    --------
    >>> log_softmax(np.array([0.0, -1000.0]))
    array([    0., -1000.])
    """
    (x,) = as_floats(x=x)
    if not -x.ndim <= axis < x.ndim:
        raise ArgumentError("axis", f"one of the {x.ndim} axes of x", axis)
    # no warnings: inf - inf is NaN, a difference may reach -inf, an axis may be empty
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        shifted = x - x.max(axis=axis, keepdims=True, initial=-np.inf)
        return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def softmax_loop(x: ArrayLike) -> Array:
    """Do as `softmax` does along the last axis, as the formula stands: its specification.

    Parameters, result and errors are those of `softmax`; but scores beyond 709 overflow.

    Examples
    --------
    >>> softmax_loop(np.array([[2.0, 2.0]]))
    array([[0.5, 0.5]])
    """
    (x,) = as_floats(x=x)
    p = np.empty_like(x)
    for row in np.ndindex(x.shape[:-1]):
        total = sum(math.exp(score) for score in x[row])
        for k, score in enumerate(x[row]):
            p[(*row, k)] = math.exp(score) / total
    return p


def softmax_backward(grad_output: ArrayLike, x: ArrayLike, axis: int = -1) -> Array:
    """Give the gradient of `softmax`: p (grad_output - sum of grad_output p).

    Parameters and result are those of `softmax` and `relu_backward`.

    Examples
    --------
    >>> softmax_backward([1.0, 0.0], [0.0, 0.0])
    array([ 0.25, -0.25])
    """
    grad_output, x = _with_gradient(grad_output, x)
    p = softmax(x, axis)
    return p * (grad_output - (grad_output * p).sum(axis=axis, keepdims=True))


# --- the layer objects ---


class ReLU(Layer):
    """`relu` as a layer.

    Examples
    --------
    >>> ReLU().forward(np.array([-1.0, 2.0]))
    array([0., 2.])
    """

    def forward(self, x: Array) -> Array:
        """Cut off what is negative."""
        self.remember(x)
        return relu(x)

    def backward(self, grad_output: Array) -> Array:
        """Let the gradient through where `x` was positive."""
        (x,) = self.recall()
        return relu_backward(grad_output, x)


class LeakyReLU(Layer):
    """`leaky_relu` as a layer.

    Parameters
    ----------
    negative_slope : float

    Examples
    --------
    >>> LeakyReLU(0.1).forward(np.array([-2.0, 3.0]))
    array([-0.2,  3. ])
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__()
        self.negative_slope = number("negative_slope", negative_slope)

    def forward(self, x: Array) -> Array:
        """Make negative numbers smaller."""
        self.remember(x)
        return leaky_relu(x, self.negative_slope)

    def backward(self, grad_output: Array) -> Array:
        """Make the gradient smaller where `x` was negative."""
        (x,) = self.recall()
        return leaky_relu_backward(grad_output, x, self.negative_slope)


class Sigmoid(Layer):
    """`sigmoid` as a layer.

    Examples
    --------
    >>> Sigmoid().forward(np.array([0.0]))
    array([0.5])
    """

    def forward(self, x: Array) -> Array:
        """Squeeze each number between 0 and 1."""
        self.remember(x)
        return sigmoid(x)

    def backward(self, grad_output: Array) -> Array:
        """Multiply by the slope s (1 - s)."""
        (x,) = self.recall()
        return sigmoid_backward(grad_output, x)


class Tanh(Layer):
    """`tanh` as a layer.

    Examples
    --------
    >>> Tanh().forward(np.array([0.0]))
    array([0.])
    """

    def forward(self, x: Array) -> Array:
        """Squeeze each number between -1 and 1."""
        self.remember(x)
        return tanh(x)

    def backward(self, grad_output: Array) -> Array:
        """Multiply by the slope 1 - tanh(x) squared."""
        (x,) = self.recall()
        return tanh_backward(grad_output, x)


class SiLU(Layer):
    """`silu` as a layer.

    Examples
    --------
    >>> SiLU().forward(np.array([0.0, 1000.0]))
    array([   0., 1000.])
    """

    def forward(self, x: Array) -> Array:
        """Weigh each number by its own sigmoid."""
        self.remember(x)
        return silu(x)

    def backward(self, grad_output: Array) -> Array:
        """Multiply by the slope s + x s (1 - s)."""
        (x,) = self.recall()
        return silu_backward(grad_output, x)


class GELU(Layer):
    """`gelu` as a layer.

    Parameters
    ----------
    approximate : 'none' or 'tanh'

    Examples
    --------
    >>> GELU().forward(np.array([1.0])).round(4)
    array([0.8413])
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        _check_approximate(approximate)
        self.approximate = approximate

    def forward(self, x: Array) -> Array:
        """Weigh each number by the chance that a standard normal one is smaller."""
        self.remember(x)
        return gelu(x, self.approximate)

    def backward(self, grad_output: Array) -> Array:
        """Multiply by the slope."""
        (x,) = self.recall()
        return gelu_backward(grad_output, x, self.approximate)


class Softmax(Layer):
    """`softmax` as a layer. To train a classifier use `SoftmaxCrossEntropy` instead.

    Parameters
    ----------
    axis : int

    Examples
    --------
    >>> Softmax().forward(np.array([[0.0, 0.0]]))
    array([[0.5, 0.5]])
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: Array) -> Array:
        """Turn scores into probabilities."""
        self.remember(x)
        return softmax(x, self.axis)

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient with respect to the scores."""
        (x,) = self.recall()
        return softmax_backward(grad_output, x, self.axis)
