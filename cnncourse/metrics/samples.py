"""How well generated samples stand for real ones, in the features of a network that judges."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError


def frechet_distance(samples: ArrayLike, reference: ArrayLike) -> float:
    """Compare the means and covariances of two sets of features; lower is better.

    Parameters
    ----------
    samples, reference : float array, shape (N, features) and (M, features)
        At least two rows each; more than features, for covariances worth their name.

    Returns
    -------
    float
        |μ1 - μ2|² + trace(Σ1 + Σ2 - 2 (Σ1 Σ2)^½), the squared Fréchet distance of the normal
        distributions with these moments. With an Inception network's features it is the FID.

    Raises
    ------
    ShapeError
        If the arrays have no two axes or different numbers of features.

    References
    ----------
    Dowson and Landau, "The Fréchet distance between multivariate normal distributions", 1982;
    Heusel et al., "GANs trained by a two time-scale update rule", arXiv:1706.08500, equation 6.

    Examples
    --------
    >>> reference = np.array([[-1.0], [1.0]])  # variance 2
    >>> round(frechet_distance(reference + 3, reference), 9)  # only the mean moved
    9.0
    """
    x, y = _features(samples, reference)
    covariance_x, covariance_y = (np.atleast_2d(np.cov(z, rowvar=False)) for z in (x, y))
    root = _root(covariance_x)
    # the roots of the eigenvalues of Σ1 Σ2 are those of Σ1^½ Σ2 Σ1^½, which is symmetric
    mixed = np.linalg.eigvalsh(root @ covariance_y @ root).clip(0)
    spread = np.trace(covariance_x) + np.trace(covariance_y) - 2 * np.sqrt(mixed).sum()
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + spread)


def precision_recall(
    samples: ArrayLike, reference: ArrayLike, neighbours: int = 3
) -> tuple[float, float]:
    """Tell fidelity from variety: how many samples look real, how much of the real is reached.

    A set covers what lies no farther from one of its points than that point's k-th neighbour.

    Parameters
    ----------
    samples, reference : float array, shape (N, features) and (M, features)
        More rows than `neighbours`.
    neighbours : int
        k; 3 in the paper.

    Returns
    -------
    precision : float
        The share of samples that the reference covers.
    recall : float
        The share of the reference that the samples cover.

    Raises
    ------
    ShapeError
        As for `frechet_distance`.
    ArgumentError
        If there are too few rows for as many neighbours.

    References
    ----------
    Kynkäänniemi et al., "Improved precision and recall metric for assessing generative models",
    NeurIPS 2019, arXiv:1904.06991, equations 1 and 2.

    Examples
    --------
    >>> line = np.arange(8.0)[:, None]
    >>> precision_recall(line[:4], line, neighbours=1)  # all real, and half of what is real
    (1.0, 0.625)
    """
    x, y = _features(samples, reference)
    if not 1 <= neighbours < min(len(x), len(y)):
        raise ArgumentError("neighbours", f"1 to {min(len(x), len(y)) - 1}", neighbours)
    between = _distances(x, y)  # (N, M)
    precision = (between <= _reach(y, neighbours)[None]).any(1).mean()
    recall = (between <= _reach(x, neighbours)[:, None]).any(0).mean()
    return float(precision), float(recall)


def class_entropy(labels: ArrayLike, num_classes: int) -> float:
    """Measure how evenly the classes occur: a generator that has collapsed scores low.

    Parameters
    ----------
    labels : int array, shape (N,)
        What a classifier says the samples are, from 0 to num_classes - 1.
    num_classes : int
        At least 2.

    Returns
    -------
    float
        The entropy of the histogram divided by log(num_classes): 0 when all are one class, 1 when
        all classes occur equally often.

    Raises
    ------
    ArgumentError
        If there are no labels, or some that are no class.

    Examples
    --------
    >>> class_entropy([0, 1, 2, 3], 4), class_entropy([2, 2, 2, 2], 4)
    (1.0, 0.0)
    """
    classes = np.asarray(labels)
    if num_classes < 2:
        raise ArgumentError("num_classes", "at least 2", num_classes)
    if classes.size == 0 or not 0 <= classes.min() <= classes.max() < num_classes:
        raise ArgumentError("labels", f"classes from 0 to {num_classes - 1}", classes)
    shares = np.bincount(classes, minlength=num_classes) / len(classes)
    shares = shares[shares > 0]
    return float(max(0.0, -(shares * np.log(shares)).sum() / np.log(num_classes)))


def _features(
    samples: ArrayLike, reference: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.asarray(samples, np.float64), np.asarray(reference, np.float64)
    for name, rows in (("samples", x), ("reference", y)):
        if rows.ndim != 2 or len(rows) < 2:
            raise ShapeError(name, "at least two rows of features", rows.shape)
    if x.shape[1] != y.shape[1]:
        raise ShapeError("samples", f"{y.shape[1]} features, as the reference", x.shape[1])
    return x, y


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take the square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(values.clip(0))) @ vectors.T


def _distances(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Measure from each row to each: (N, F), (M, F) -> (N, M)."""
    squares = (x * x).sum(1)[:, None] + (y * y).sum(1) - 2 * x @ y.T
    return np.sqrt(squares.clip(0))


def _reach(x: NDArray[np.float64], neighbours: int) -> NDArray[np.float64]:
    """Measure from each row to its k-th neighbour; the row itself comes first."""
    return np.partition(_distances(x, x), neighbours, axis=1)[:, neighbours]
