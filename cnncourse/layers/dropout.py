"""Dropout: in training, forget a random part of the input; in use, nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.layers.arrays import Array, as_floats
from cnncourse.layers.checks import check_shape, number
from cnncourse.layers.module import Layer


def dropout(
    x: ArrayLike, p: float = 0.5, rng: np.random.Generator | int | None = None
) -> tuple[Array, Array]:
    """Set each number to 0 with probability p, and multiply the others by 1 / (1 - p).

    The factor keeps the expected value, so that nothing is left to do in use ("inverted" dropout).

    Parameters
    ----------
    x : float array, any shape
        NaN stays NaN, dropped or not.
    p : float
        Probability of being dropped, from 0 to below 1.
    rng : numpy.random.Generator or int, optional

    Returns
    -------
    y : float array, the shape of `x`
    mask : float array, the shape of `x`
        What `x` was multiplied by: 0 or 1 / (1 - p). `dropout_backward` needs it.

    Raises
    ------
    ArgumentError
        If `p` is out of range or `x` holds integers.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15
    (2014); the paper multiplies by the share kept in use instead.

    Examples
    --------
    >>> y, mask = dropout(np.ones((2, 4)), p=0.5, rng=0)
    >>> y
    array([[2., 0., 0., 0.],
           [2., 2., 2., 2.]])
    """
    (x,) = as_floats(x=x)
    p = number("p", p, below=1)
    kept = np.random.default_rng(rng).random(x.shape) >= p
    mask = kept.astype(x.dtype) / (1 - p)
    return x * mask, mask


def dropout_backward(grad_output: ArrayLike, mask: ArrayLike) -> Array:
    """Send the gradient where the numbers went.

    Parameters
    ----------
    grad_output : float array
    mask : float array, the shape of `grad_output`
        As `dropout` gave it.

    Returns
    -------
    float array, the shape of `grad_output`

    Examples
    --------
    >>> dropout_backward([1.0, 1.0], mask=[0.0, 2.0])
    array([0., 2.])
    """
    grad_output, mask = as_floats(grad_output=grad_output, mask=mask)
    check_shape("grad_output", grad_output, mask.shape)
    return grad_output * mask


class Dropout(Layer):
    """`dropout` as a layer: at work only in training.

    Parameters
    ----------
    p : float
        Probability of being dropped, from 0 to below 1.
    rng : numpy.random.Generator or int, optional
        The layer draws from it at every `forward` in training.

    Examples
    --------
    >>> layer = Dropout(0.5, rng=0)
    >>> layer.eval()
    >>> layer.forward(np.ones(4))
    array([1., 1., 1., 1.])
    """

    def __init__(self, p: float = 0.5, rng: np.random.Generator | int | None = None) -> None:
        super().__init__()
        self.p = number("p", p, below=1)
        self.rng = np.random.default_rng(rng)

    def forward(self, x: Array) -> Array:
        """Drop a part of `x` in training; in use give it back."""
        (x,) = as_floats(x=x)
        y, mask = dropout(x, self.p, self.rng) if self.training else (x, np.ones_like(x))
        self.remember(mask)
        return y

    def backward(self, grad_output: Array) -> Array:
        """Send the gradient where the numbers of the last `forward` went."""
        (mask,) = self.recall()
        return dropout_backward(grad_output, mask)
