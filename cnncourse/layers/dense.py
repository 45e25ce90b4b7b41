"""Dense layers, which weigh every input for every output; and the flattening before them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from cnncourse.errors import ShapeError
from cnncourse.layers.arrays import Array, as_floats, as_numbers, check_axes, check_no_overflow
from cnncourse.layers.checks import check_shape
from cnncourse.layers.init import Initializer, he_normal
from cnncourse.layers.module import Layer
from cnncourse.shapes import per_axis


def dense_loop(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Array:
    """Do as `dense` does, one sum at a time.

    Parameters, result and errors are those of `dense`, whose specification this is.

    Examples
    --------
    >>> dense_loop([[1, 2]], [[1, 0], [0, 1], [1, 1]], bias=[0, 0, 10])
    array([[ 1,  2, 13]])
    """
    x, weight, *rest = _operands(x, weight, bias)
    y = np.empty((len(x), len(weight)), dtype=x.dtype)
    for n in range(len(x)):
        for o in range(len(weight)):
            y[n, o] = sum(weight[o, i] * x[n, i] for i in range(x.shape[1]))
            if rest:
                y[n, o] += rest[0][o]
    return y


def dense(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Array:
    """Weigh all inputs for each output: x times weight transposed, plus bias.

    Parameters
    ----------
    x : array, shape (N, in_features)
        N may be 0. NaN goes through to the outputs of its row.
    weight : array, shape (out_features, in_features)
        Of the type of `x`. Integers alone give an exact result.
    bias : array, shape (out_features,), optional

    Returns
    -------
    array, shape (N, out_features)

    Raises
    ------
    ShapeError
        If the features of `x`, `weight` and `bias` do not agree.
    ArgumentError
        If float32 meets float64, or the sum of integers might not fit.

    Examples
    --------
    >>> dense([[1, 2]], [[1, 0], [0, 1], [1, 1]], bias=[0, 0, 10])
    array([[ 1,  2, 13]])
    """
    x, weight, *rest = _operands(x, weight, bias)
    y = x @ weight.T
    if rest:
        y += rest[0]
    return y


def _operands(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None) -> list[Array]:
    arrays = as_numbers(x=x, weight=weight, bias=bias)
    x, weight, *rest = arrays
    check_axes("x", x, "N, in_features")
    check_axes("weight", weight, "out_features, in_features")
    if x.shape[1] != weight.shape[1]:
        raise ShapeError("x", f"{weight.shape[1]} features, as weight has", x.shape[1])
    if rest:
        check_shape("bias", rest[0], (len(weight),))
    check_no_overflow(x, weight, *rest)
    return arrays


def dense_backward(
    grad_output: ArrayLike, x: ArrayLike, weight: ArrayLike
) -> tuple[Array, Array, Array]:
    """Give the gradients of `dense`.

    Parameters
    ----------
    grad_output : float array, shape (N, out_features)
    x : float array, shape (N, in_features)
    weight : float array, shape (out_features, in_features)

    Returns
    -------
    grad_x, grad_weight, grad_bias : float arrays
        Of the shapes of `x`, `weight` and the bias; the last two are sums over the batch.

    Examples
    --------
    >>> grad_x, grad_weight, grad_bias = dense_backward([[1.0]], [[2.0, 3.0]], [[4.0, 5.0]])
    >>> grad_x, grad_weight, grad_bias
    (array([[4., 5.]]), array([[2., 3.]]), array([1.]))
    """
    x, weight = _operands(x, weight, None)
    grad_output, x, weight = as_floats(grad_output=grad_output, x=x, weight=weight)
    check_shape("grad_output", grad_output, (len(x), len(weight)))
    return grad_output @ weight, grad_output.T @ x, grad_output.sum(axis=0)


def flatten(x: ArrayLike) -> Array:
    """Lay the numbers of each sample out in one row, channel after channel, line after line.

    Parameters
    ----------
    x : array, shape (N, ...)

    Returns
    -------
    array, shape (N, features)
        A view of `x` where its memory order allows one.

    Raises
    ------
    ShapeError
        If `x` is a single number.

    Examples
    --------
    >>> flatten(np.arange(8).reshape(2, 2, 1, 2))
    array([[0, 1, 2, 3],
           [4, 5, 6, 7]])
    """
    (x,) = as_numbers(x=x)
    if x.ndim == 0:
        raise ShapeError("x", "an array of shape (N, ...)", "a single number")
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def flatten_backward(grad_output: ArrayLike, x: ArrayLike) -> Array:
    """Give each row its shape back.

    Parameters
    ----------
    grad_output : float array, shape (N, features)
    x : array, shape (N, ...)

    Returns
    -------
    float array, the shape of `x`

    Examples
    --------
    >>> flatten_backward([[1.0, 2.0]], np.zeros((1, 1, 2))).shape
    (1, 1, 2)
    """
    grad_output, x = as_floats(grad_output=grad_output, x=x)
    check_shape("grad_output", grad_output, flatten(x).shape)
    return grad_output.reshape(x.shape)


class Dense(Layer):
    """`dense` as a layer.

    Parameters
    ----------
    in_features, out_features : int
        At least 1.
    bias : bool
        Whether to add one; it starts at 0.
    init : Initializer
        What the weights start with; see `cnncourse.layers.init`.
    rng : numpy.random.Generator or int, optional
        Where the first weights come from: the same seed, the same weights.
    dtype : float32 or float64

    Examples
    --------
    >>> layer = Dense(3, 2, rng=0)
    >>> layer.forward(np.ones((5, 3))).shape
    (5, 2)
    >>> layer.backward(np.ones((5, 2))).shape, layer.grads["bias"]
    ((5, 3), array([5., 5.]))
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        init: Initializer = he_normal,
        rng: np.random.Generator | int | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__()
        (in_features,) = per_axis("in_features", in_features, 1)
        (out_features,) = per_axis("out_features", out_features, 1)
        self.params["weight"] = init((out_features, in_features), rng, dtype)
        if bias:
            self.params["bias"] = np.zeros(out_features, dtype)

    def forward(self, x: Array) -> Array:
        """Weigh all inputs for each output."""
        y = dense(x, self.params["weight"], self.params.get("bias"))
        self.remember(x)
        return y

    def backward(self, grad_output: Array) -> Array:
        """Give the gradient of `x`, and put those of weight and bias in `grads`."""
        (x,) = self.recall()
        grad_x, *grads = dense_backward(grad_output, x, self.params["weight"])
        self.grads.update(zip(self.params, grads, strict=False))
        return grad_x


class Flatten(Layer):
    """`flatten` as a layer.

    Examples
    --------
    >>> layer = Flatten()
    >>> layer.forward(np.ones((2, 3, 4, 4))).shape, layer.backward(np.ones((2, 48))).shape
    ((2, 48), (2, 3, 4, 4))
    """

    def forward(self, x: Array) -> Array:
        """Lay each sample out in one row."""
        self.remember(x)
        return flatten(x)

    def backward(self, grad_output: Array) -> Array:
        """Give each row its shape back."""
        (x,) = self.recall()
        return flatten_backward(grad_output, x)
