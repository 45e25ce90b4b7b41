"""Training a classifier made of these layers: the loop, and what it has learned."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import ArrayLike

from cnncourse.errors import ShapeError
from cnncourse.layers.arrays import Array, as_floats
from cnncourse.layers.init import Seed
from cnncourse.layers.loss import SoftmaxCrossEntropy
from cnncourse.layers.module import Layer
from cnncourse.layers.optimizer import Optimizer
from cnncourse.shapes import per_axis

Progress = Callable[[list[Array]], Iterable[Array]]


def train_step(
    model: Layer, loss: SoftmaxCrossEntropy, optimizer: Optimizer, x: Array, labels: Array
) -> float:
    """Take one step down the gradient of one batch: forward, loss, backward, change the weights.

    Parameters
    ----------
    model : Layer
        Gives scores, shape (N, K).
    loss : SoftmaxCrossEntropy
    optimizer : Optimizer
        That of `model`.
    x : float array, shape (N, ...)
    labels : int array, shape (N,)

    Returns
    -------
    float
        The loss before the step.

    Examples
    --------
    >>> from cnncourse.layers import SGD, Dense
    >>> model = Dense(1, 2, rng=0)
    >>> x, labels = np.array([[-1.0], [1.0]]), np.array([0, 1])
    >>> step = lambda: train_step(model, SoftmaxCrossEntropy(), SGD(model, lr=1), x, labels)
    >>> step() > step() > step()
    True
    """
    value = loss.forward(model.forward(x), labels)
    model.backward(loss.backward())
    optimizer.step()
    return float(value)


def fit(
    model: Layer,
    images: ArrayLike,
    labels: ArrayLike,
    optimizer: Optimizer,
    *,
    epochs: int = 1,
    batch_size: int = 32,
    loss: SoftmaxCrossEntropy | None = None,
    rng: Seed = None,
    progress: Progress | None = None,
) -> list[float]:
    """Train a classifier on shuffled batches.

    Parameters
    ----------
    model : Layer
        Left as it is in training; `predict` sees to the rest.
    images : float array, shape (N, ...)
    labels : int array, shape (N,)
    optimizer : Optimizer
        That of `model`.
    epochs : int
        How often to go through all images.
    batch_size : int
        Images for each step; the last batch of an epoch may be smaller.
    loss : SoftmaxCrossEntropy, optional
        Without label smoothing if left out.
    rng : numpy.random.Generator or int, optional
        Where the order of the images comes from.
    progress : callable, optional
        Is given the batches of each epoch and gives them back one by one, such as tqdm.

    Returns
    -------
    list of float
        The loss of every step.

    Raises
    ------
    ShapeError
        If there is not one label for each image, or there are none.

    Examples
    --------
    >>> from cnncourse.layers import SGD, Dense
    >>> x, labels = np.array([[-1.0], [1.0]]), np.array([0, 1])
    >>> model = Dense(1, 2, rng=0)
    >>> losses = fit(model, x, labels, SGD(model, lr=1), epochs=20, batch_size=1, rng=0)
    >>> len(losses), predict(model, x)
    (40, array([0, 1]))
    """
    (images,) = as_floats(images=images)
    labels = np.asarray(labels)
    if not len(images) or labels.shape != (len(images),):
        expected = f"shape ({len(images)},), one for each image, and at least one"
        raise ShapeError("labels", expected, labels.shape)
    (epochs,) = per_axis("epochs", epochs, 1)
    (batch_size,) = per_axis("batch_size", batch_size, 1)
    loss = loss or SoftmaxCrossEntropy()
    rng = np.random.default_rng(rng)

    model.train()
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(images))
        batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
        for batch in progress(batches) if progress else batches:
            losses.append(train_step(model, loss, optimizer, images[batch], labels[batch]))
    return losses


def predict(model: Layer, images: ArrayLike, batch_size: int = 256) -> Array:
    """Give the class with the highest score for each image.

    Parameters
    ----------
    model : Layer
        Asked as in use (no dropout), then set back to how it was.
    images : float array, shape (N, ...)
    batch_size : int
        Images at a time; limits the memory, changes no result.

    Returns
    -------
    int array, shape (N,)

    Examples
    --------
    >>> from cnncourse.layers import ReLU
    >>> predict(ReLU(), np.array([[0.2, 0.8], [0.7, 0.3]]))
    array([1, 0])
    """
    (images,) = as_floats(images=images)
    (batch_size,) = per_axis("batch_size", batch_size, 1)
    was_training = model.training
    model.eval()
    try:
        parts = [
            model.forward(images[i : i + batch_size]).argmax(axis=1)
            for i in range(0, len(images), batch_size)
        ]
    finally:
        if was_training:
            model.train()
    return np.concatenate(parts) if parts else np.empty(0, np.intp)


def accuracy(model: Layer, images: ArrayLike, labels: ArrayLike, batch_size: int = 256) -> float:
    """Give the share of images whose class is predicted right.

    Parameters
    ----------
    model, images, batch_size
        As in `predict`.
    labels : int array, shape (N,)

    Returns
    -------
    float
        From 0 to 1; NaN for no images.

    Raises
    ------
    ShapeError
        If there is not one label for each image.

    Examples
    --------
    >>> from cnncourse.layers import ReLU
    >>> accuracy(ReLU(), np.array([[0.2, 0.8], [0.7, 0.3]]), [1, 1])
    0.5
    """
    predicted, labels = predict(model, images, batch_size), np.asarray(labels)
    if labels.shape != predicted.shape:
        raise ShapeError("labels", f"shape {predicted.shape}, one for each image", labels.shape)
    return float((predicted == labels).mean()) if len(labels) else float("nan")
