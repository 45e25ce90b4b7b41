"""Losses: one number that says how wrong a batch of predictions is, and its gradient.

Both are means, so a batch of nothing has the loss NaN, as in PyTorch, and an empty gradient. NaN in
a prediction makes the loss NaN.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.errors import ArgumentError
from cnncourse.layers.activation import log_softmax
from cnncourse.layers.arrays import Array, as_floats, check_axes
from cnncourse.layers.checks import check_shape, number
from cnncourse.layers.module import Memory


def softmax_cross_entropy_loop(
    logits: ArrayLike, labels: ArrayLike, label_smoothing: float = 0.0
) -> float:
    """Do as `softmax_cross_entropy` does, one term at a time: its specification.

    Parameters, result and errors are those of `softmax_cross_entropy`; but scores beyond 709
    overflow.

    Examples
    --------
    >>> float(softmax_cross_entropy_loop([[0.0, 0.0]], [1]))  # log(2)
    0.6931471805599453
    """
    logits, labels, smoothing = _scores_and_labels(logits, labels, label_smoothing)
    N, K = logits.shape
    loss = 0.0
    for n in range(N):
        total = sum(math.exp(score) for score in logits[n])
        for k in range(K):
            wanted = smoothing / K + (1 - smoothing) * (k == labels[n])
            loss -= wanted * math.log(math.exp(logits[n, k]) / total) / N
    return loss if N else math.nan


def softmax_cross_entropy(
    logits: ArrayLike, labels: ArrayLike, label_smoothing: float = 0.0
) -> float:
    """Give the mean surprise at the right class: -log of the probability `softmax` gives it.

    Parameters
    ----------
    logits : float array, shape (N, K)
        Scores, not probabilities; none is too large.
    labels : int array, shape (N,)
        The right classes, from 0 to K - 1.
    label_smoothing : float
        The share of probability that is wanted spread evenly over all K classes, from 0 to below 1.

    Returns
    -------
    float
        The mean over the batch, in nats, of the type of `logits`.

    Raises
    ------
    ShapeError
        If there is not one label for each row.
    ArgumentError
        If labels are not integers or not classes.

    References
    ----------
    Szegedy et al., "Rethinking the Inception architecture", arXiv:1512.00567, section 7 (label
    smoothing).

    Examples
    --------
    >>> float(softmax_cross_entropy([[0.0, 0.0], [0.0, -1000.0]], [0, 0]))  # log(2) / 2
    0.34657359027997264
    """
    logits, labels, smoothing = _scores_and_labels(logits, labels, label_smoothing)
    if not len(logits):
        return logits.dtype.type(math.nan)
    log_p = log_softmax(logits, axis=1)
    loss = -log_p[np.arange(len(labels)), labels].mean()
    if smoothing:  # left out at 0, where 0 times log 0 would be NaN
        loss = (1 - smoothing) * loss - smoothing * log_p.mean()
    return loss


def softmax_cross_entropy_backward(
    logits: ArrayLike, labels: ArrayLike, label_smoothing: float = 0.0
) -> Array:
    """Give the gradient of `softmax_cross_entropy`: (probability - what was wanted) / N.

    Parameters
    ----------
    logits, labels, label_smoothing
        As in `softmax_cross_entropy`.

    Returns
    -------
    float array, shape (N, K)

    Examples
    --------
    >>> softmax_cross_entropy_backward([[0.0, 0.0]], [1])
    array([[ 0.5, -0.5]])
    """
    logits, labels, smoothing = _scores_and_labels(logits, labels, label_smoothing)
    grad = np.exp(log_softmax(logits, axis=1)) - smoothing / logits.shape[1]
    grad[np.arange(len(labels)), labels] -= 1 - smoothing
    return grad / max(1, len(labels))


def _scores_and_labels(
    logits: ArrayLike, labels: ArrayLike, label_smoothing: float
) -> tuple[Array, Array, float]:
    (logits,) = as_floats(logits=logits)
    check_axes("logits", logits, "N, K")
    labels = np.asarray(labels)
    if labels.size and labels.dtype.kind not in "iu":
        raise ArgumentError("labels", "integers, the numbers of the classes", labels.dtype)
    check_shape("labels", labels, (len(logits),))
    wrong = np.flatnonzero((labels < 0) | (labels >= logits.shape[1]))
    if wrong.size:
        got = f"{labels[wrong[0]]} in row {wrong[0]}"
        raise ArgumentError("labels", f"classes from 0 to {logits.shape[1] - 1}", got)
    return logits, labels.astype(np.intp), number("label_smoothing", label_smoothing, below=1)


def mean_squared_error(prediction: ArrayLike, target: ArrayLike) -> float:
    """Give the mean of the squared differences, over every number of the batch.

    Parameters
    ----------
    prediction : float array, any shape
    target : array, the shape of `prediction`
        The same shape exactly: a (N,) beside a (N, 1) is a common mistake, and is refused.

    Returns
    -------
    float
        Of the type of `prediction`.

    Raises
    ------
    ShapeError
        If the shapes differ.

    Examples
    --------
    >>> float(mean_squared_error([1.0, 2.0], [1.0, 5.0]))
    4.5
    """
    prediction, target = _prediction_and_target(prediction, target)
    if not prediction.size:
        return prediction.dtype.type(math.nan)
    return np.square(prediction - target).mean()


def mean_squared_error_backward(prediction: ArrayLike, target: ArrayLike) -> Array:
    """Give the gradient of `mean_squared_error`: 2 (prediction - target) / how many there are.

    Parameters and errors are those of `mean_squared_error`; the result has the shape of
    `prediction`.

    Examples
    --------
    >>> mean_squared_error_backward([1.0, 2.0], [1.0, 5.0])
    array([ 0., -3.])
    """
    prediction, target = _prediction_and_target(prediction, target)
    return 2 * (prediction - target) / max(1, prediction.size)


def _prediction_and_target(prediction: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    prediction, target = as_floats(prediction=prediction, target=target)
    check_shape("target", target, prediction.shape)
    return prediction, target


class SoftmaxCrossEntropy(Memory):
    """`softmax_cross_entropy` as an object.

    Parameters
    ----------
    label_smoothing : float
        From 0 to below 1.

    Examples
    --------
    >>> loss = SoftmaxCrossEntropy()
    >>> round(float(loss.forward(np.zeros((1, 2)), np.array([1]))), 4)
    0.6931
    >>> loss.backward()
    array([[ 0.5, -0.5]])
    """

    def __init__(self, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.label_smoothing = number("label_smoothing", label_smoothing, below=1)

    def forward(self, logits: Array, labels: Array) -> float:
        """Give the mean surprise at the right class."""
        self.remember(logits, labels)
        return softmax_cross_entropy(logits, labels, self.label_smoothing)

    def backward(self) -> Array:
        """Give the gradient with respect to the scores."""
        logits, labels = self.recall()
        return softmax_cross_entropy_backward(logits, labels, self.label_smoothing)


class MeanSquaredError(Memory):
    """`mean_squared_error` as an object.

    Examples
    --------
    >>> loss = MeanSquaredError()
    >>> float(loss.forward(np.array([1.0, 2.0]), np.array([1.0, 5.0])))
    4.5
    >>> loss.backward()
    array([ 0., -3.])
    """

    def forward(self, prediction: Array, target: Array) -> float:
        """Give the mean of the squared differences."""
        self.remember(prediction, target)
        return mean_squared_error(prediction, target)

    def backward(self) -> Array:
        """Give the gradient with respect to the prediction."""
        prediction, target = self.recall()
        return mean_squared_error_backward(prediction, target)
