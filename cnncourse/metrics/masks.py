"""How well two labellings of the same pixels agree: intersection over union, and Dice."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError


def confusion(prediction: ArrayLike, target: ArrayLike, num_classes: int) -> NDArray[np.int64]:
    """Count the pixels of each pair of true and predicted class.

    Parameters
    ----------
    prediction, target : int array, any shape, both the same
        Classes from 0 to num_classes - 1.
    num_classes : int

    Returns
    -------
    int64 array, shape (num_classes, num_classes)
        Rows are true classes, columns predicted ones.

    Raises
    ------
    ShapeError
        If the two differ in shape.
    ArgumentError
        If one holds something that is no class.

    Examples
    --------
    >>> confusion([0, 1, 1], [0, 0, 1], num_classes=2)
    array([[1, 1],
           [0, 1]])
    """
    predicted, true = np.asarray(prediction), np.asarray(target)
    if predicted.shape != true.shape:
        raise ShapeError("prediction", f"the target's shape {true.shape}", predicted.shape)
    for name, labels in (("prediction", predicted), ("target", true)):
        if labels.dtype != bool and not np.issubdtype(labels.dtype, np.integer):
            raise ArgumentError(name, "integers", labels.dtype)
        if labels.size and not 0 <= labels.min() <= labels.max() < num_classes:
            found = f"{labels.min()} to {labels.max()}"
            raise ArgumentError(name, f"classes from 0 to {num_classes - 1}", found)
    pairs = true.astype(np.int64) * num_classes + predicted  # (...), each pair as one number
    counts = np.bincount(pairs.ravel(), minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes)


def iou(prediction: ArrayLike, target: ArrayLike, num_classes: int) -> NDArray[np.float64]:
    """Divide each class's intersection by its union (Jaccard's index); higher is better.

    Parameters
    ----------
    prediction, target, num_classes
        As for `confusion`.

    Returns
    -------
    float64 array, shape (num_classes,)
        From 0 to 1; NaN for a class that is in neither.

    Examples
    --------
    >>> iou([0, 1, 1], [0, 0, 1], num_classes=2)
    array([0.5, 0.5])
    """
    both, either = _overlap(confusion(prediction, target, num_classes))
    return _divide(both, either)


def mean_iou(prediction: ArrayLike, target: ArrayLike, num_classes: int) -> float:
    """Average `iou` over the classes that are there, as in the Pascal VOC challenge.

    The counts are those of all pixels given: give a whole test set for the field's figure.

    Raises
    ------
    ShapeError
        If there is no pixel.

    Examples
    --------
    >>> mean_iou([0, 1, 1, 1], [0, 0, 1, 1], num_classes=3)  # nobody speaks of class 2
    0.5833333333333333
    """
    if np.size(target) == 0:
        raise ShapeError("target", "at least one pixel", "none")
    return float(np.nanmean(iou(prediction, target, num_classes)))


def dice(prediction: ArrayLike, target: ArrayLike) -> float:
    """Divide twice the intersection of two masks by the sum of their areas; higher is better.

    Parameters
    ----------
    prediction, target : bool array, any shape, both the same

    Returns
    -------
    float
        From 0 to 1, and 1 when both masks are empty. It is 2 J / (1 + J) of Jaccard's index J,
        and the F1 score of the pixels.

    References
    ----------
    Dice, "Measures of the amount of ecologic association between species", Ecology 26(3), 1945.

    Examples
    --------
    >>> dice([True, True, False], [True, False, False])
    0.6666666666666666
    """
    table = confusion(np.asarray(prediction, bool), np.asarray(target, bool), 2)
    areas = table[1].sum() + table[:, 1].sum()
    return float(2 * table[1, 1] / areas) if areas else 1.0


def _overlap(table: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read each class's intersection and union off a confusion table."""
    both = np.diag(table)
    return both, table.sum(0) + table.sum(1) - both


def _divide(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
