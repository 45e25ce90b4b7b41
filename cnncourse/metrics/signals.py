"""How well scores tell the few from the many: precision, recall, and the areas under two curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError


def precision_recall(found: ArrayLike, true: ArrayLike) -> tuple[float, float]:
    """Say which share of the alarms is true, and which share of the truth is found.

    Parameters
    ----------
    found, true : bool arrays of one shape

    Returns
    -------
    precision, recall : float
        Precision is 1 where nothing is found: no alarm was false.

    Raises
    ------
    ShapeError
        If the shapes differ.
    ArgumentError
        If nothing is true.

    Examples
    --------
    >>> precision_recall([1, 1, 0, 0], [1, 0, 1, 0])
    (0.5, 0.5)
    """
    found, true = _pair(found, "found", true)
    hits = float((found.astype(bool) & true).sum())
    alarms = float(found.astype(bool).sum())
    return (hits / alarms if alarms else 1.0), hits / float(true.sum())


def precision_recall_curve(
    scores: ArrayLike, true: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Lower the threshold from score to score, and follow precision and recall.

    Parameters
    ----------
    scores : float array, shape (N,)
        Higher is more likely true.
    true : bool array, shape (N,)

    Returns
    -------
    precision, recall, thresholds : float arrays, shape (different scores,)
        Of "scores >= threshold"; thresholds fall.

    Raises
    ------
    ShapeError
        If the shapes differ.
    ArgumentError
        If nothing is true.

    Examples
    --------
    >>> precision, recall, thresholds = precision_recall_curve([0.9, 0.8, 0.3], [1, 0, 1])
    >>> precision.round(2), recall, thresholds
    (array([1.  , 0.5 , 0.67]), array([0.5, 0.5, 1. ]), array([0.9, 0.8, 0.3]))
    """
    hits, alarms, thresholds = _falling(scores, true)
    return hits / alarms, hits / hits[-1], thresholds


def average_precision(scores: ArrayLike, true: ArrayLike) -> float:
    """Average precision over the steps of recall.

    Parameters
    ----------
    scores : float array, shape (N,)
    true : bool array, shape (N,)

    Returns
    -------
    float
        Sum of (recall - recall before) precision, without interpolation, as scikit-learn does it.
        Scores that mean nothing get about the share that is true.

    Raises
    ------
    ShapeError
        If the shapes differ.
    ArgumentError
        If nothing is true.

    Examples
    --------
    >>> round(average_precision([0.9, 0.8, 0.3], [1, 0, 1]), 3)
    0.833
    """
    precision, recall, _ = precision_recall_curve(scores, true)
    return float((np.diff(recall, prepend=0) * precision).sum())


def roc_auc(scores: ArrayLike, true: ArrayLike) -> float:
    """Measure the area under the curve of true alarms over false ones.

    Parameters
    ----------
    scores : float array, shape (N,)
    true : bool array, shape (N,)

    Returns
    -------
    float
        How often one that is true scores higher than one that is not; ties count half.

    Raises
    ------
    ShapeError
        If the shapes differ.
    ArgumentError
        If all or none is true.

    Examples
    --------
    >>> roc_auc([0.9, 0.8, 0.3], [1, 0, 1])
    0.5
    """
    hits, alarms, _ = _falling(scores, true)
    false = alarms - hits
    if not false[-1]:
        raise ArgumentError("true", "some that are not", "only true ones")
    return float(np.trapezoid(np.append(0, hits), np.append(0, false)) / (hits[-1] * false[-1]))


def best_threshold(scores: ArrayLike, true: ArrayLike) -> float:
    """Choose the threshold whose precision and recall have the highest harmonic mean, F1.

    Parameters
    ----------
    scores : float array, shape (N,)
    true : bool array, shape (N,)

    Returns
    -------
    float
        For "scores >= threshold". Choose it on other data than what is measured.

    Examples
    --------
    >>> best_threshold([0.9, 0.8, 0.3], [1, 0, 1])
    0.3
    """
    precision, recall, thresholds = precision_recall_curve(scores, true)
    f1 = 2 * precision * recall / (precision + recall).clip(min=1e-12)
    return float(thresholds[f1.argmax()])


def _falling(
    scores: ArrayLike, true: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Count hits and alarms at each different score, from the highest down."""
    scores, true = _pair(scores, "scores", true)
    order = np.argsort(-scores, kind="stable")
    values = scores[order].astype(np.float64)
    last = np.append(np.diff(values) != 0, True)  # of each run of equal scores
    hits = true[order].cumsum()[last].astype(np.float64)
    return hits, np.arange(1.0, len(values) + 1)[last], values[last]


def _pair(first: ArrayLike, name: str, true: ArrayLike) -> tuple[NDArray, NDArray[np.bool_]]:
    first, true = np.asarray(first), np.asarray(true, dtype=bool)
    if first.shape != true.shape:
        raise ShapeError(name, f"the shape of what is true, {true.shape}", first.shape)
    if not true.any():
        raise ArgumentError("true", "at least one that is", "none")
    return first, true
