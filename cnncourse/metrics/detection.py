"""How good a detector is: precision, recall and their average, for boxes and for masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.boxes import as_boxes, iou, mask_iou

INTERPOLATIONS = ("all points", "101 points")
COCO_THRESHOLDS = tuple(np.linspace(0.5, 0.95, 10).round(2).tolist())
MOST = 100  # objects of an image that count, those of the best scores, as in COCO


class Objects:
    """What is in an image: true, or found by a detector.

    Parameters
    ----------
    boxes : float array, shape (objects, 4)
        x1, y1, x2, y2 in pixels.
    classes : int array, shape (objects,)
    scores : float array, shape (objects,), optional
        How sure the detector is; 1 if not given, as for what is true.
    masks : bool array, shape (objects, H, W), optional

    Raises
    ------
    ShapeError
        If there is not one of each for each box.

    Examples
    --------
    >>> len(Objects([[0, 0, 4, 4], [2, 2, 9, 9]], classes=[1, 0]))
    2
    """

    def __init__(
        self,
        boxes: ArrayLike,
        classes: ArrayLike,
        scores: ArrayLike | None = None,
        masks: NDArray[np.bool_] | None = None,
    ) -> None:
        self.boxes = as_boxes(boxes)
        self.classes = np.asarray(classes, dtype=np.int64)
        self.scores = np.ones(len(self.boxes)) if scores is None else np.asarray(scores)
        self.masks = masks
        for name in ("classes", "scores", "masks"):
            array = getattr(self, name)
            if array is not None and array.shape[:1] != (len(self.boxes),):
                expected = f"one for each of {len(self.boxes)} boxes"
                raise ShapeError(name, expected, f"shape {array.shape}")

    def __len__(self) -> int:
        return len(self.boxes)

    def take(self, places: ArrayLike) -> Objects:
        """Choose objects, by places or by a bool array."""
        chosen = np.asarray(places)
        masks = None if self.masks is None else self.masks[chosen]
        return Objects(self.boxes[chosen], self.classes[chosen], self.scores[chosen], masks)


def match(overlaps: ArrayLike, threshold: float = 0.5) -> NDArray[np.int64]:
    """Give each found object, best first, the true one that it overlaps most and nobody has yet.

    Parameters
    ----------
    overlaps : float array, shape (found, true)
        IoU of each pair; the found ones from the best score to the worst.
    threshold : float
        The least overlap that counts.

    Returns
    -------
    int64 array, shape (found,)
        The place of the true object, or -1: a false alarm.

    Notes
    -----
    This is COCO's rule. PASCAL's lets a found object claim only the true one that it overlaps
    most, even if another has that already.

    Examples
    --------
    >>> match([[0.9, 0.6], [0.8, 0.0], [0.7, 0.55]])
    array([ 0, -1,  1])
    """
    free = np.array(overlaps, dtype=float)
    if free.ndim != 2:
        raise ShapeError("overlaps", "an array of shape (found, true)", free.shape)
    matched = np.full(len(free), -1)
    if free.shape[1]:
        for row in range(len(free)):
            best = int(free[row].argmax())
            if free[row, best] >= threshold:
                matched[row] = best
                free[:, best] = -1
    return matched


def precision_recall(
    scores: ArrayLike, right: ArrayLike, truths: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower the bar from the best score to the worst, and say how good what passes is.

    Parameters
    ----------
    scores : array, shape (N,)
        Of all that was found, in any order.
    right : bool array, shape (N,)
        Whether each is a true object that nobody else found.
    truths : int
        How many there were to find.

    Returns
    -------
    precision, recall : float64 arrays, shape (N,)
        After the first, the first two, ... of them: the share of the found that is right, and of
        the true that is found.

    Raises
    ------
    ArgumentError
        If there was nothing to find.

    Examples
    --------
    >>> precision, recall = precision_recall([0.9, 0.6, 0.8], [True, True, False], truths=4)
    >>> precision.round(2), recall
    (array([1.  , 0.5 , 0.67]), array([0.25, 0.25, 0.5 ]))
    """
    if truths < 1:
        raise ArgumentError("truths", "at least 1 object to find", truths)
    scores, right = np.asarray(scores, dtype=float), np.asarray(right, dtype=bool)
    if scores.shape != right.shape:
        raise ShapeError("right", f"one for each of {len(scores)} scores", right.shape)
    hits = right[np.argsort(-scores, kind="stable")].cumsum()
    return hits / np.arange(1, len(hits) + 1), hits / truths


def average_precision(
    precision: ArrayLike, recall: ArrayLike, interpolation: str = "all points"
) -> float:
    """Average the precision over all recalls: the area below the curve, made to fall.

    At each recall counts the best precision that is reached there or further on.

    Parameters
    ----------
    precision, recall : arrays, shape (N,)
        Of `precision_recall`; recall never falls.
    interpolation : {'all points', '101 points'}
        The exact area, as PASCAL VOC computes since 2010; or the mean over the recalls 0, 0.01,
        ..., 1, as COCO does.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ArgumentError
        If the interpolation is unknown, or recall falls.

    References
    ----------
    Everingham et al., "The PASCAL Visual Object Classes Challenge: a Retrospective", IJCV 2015;
    Lin et al., "Microsoft COCO", arXiv:1405.0312.

    Examples
    --------
    >>> average_precision([1, 0.5, 2 / 3], [0.5, 0.5, 1])
    0.8333333333333333
    """
    if interpolation not in INTERPOLATIONS:
        raise ArgumentError("interpolation", f"one of {INTERPOLATIONS}", repr(interpolation))
    precision, recall = np.asarray(precision, dtype=float), np.asarray(recall, dtype=float)
    if (np.diff(recall) < 0).any():
        raise ArgumentError("recall", "numbers that never fall", recall)
    best = np.maximum.accumulate(precision[::-1])[::-1]  # here or further on
    if interpolation == "all points":
        return float((np.diff(recall, prepend=0) * best).sum())
    places = np.searchsorted(recall, np.linspace(0, 1, 101))
    return float(np.append(best, 0)[places].mean())  # 0 beyond the last recall


def judge(
    found: Sequence[Objects],
    true: Sequence[Objects],
    category: int,
    threshold: float = 0.5,
    by: str = "boxes",
) -> tuple[NDArray[np.float64], NDArray[np.bool_], int]:
    """Find out, over all images, which found objects of a class are right.

    Parameters
    ----------
    found, true : sequences of Objects
        For each image.
    category : int
        The class.
    threshold : float
        The least IoU of a match.
    by : {'boxes', 'masks'}
        What must overlap.

    Returns
    -------
    scores : float64 array, shape (N,)
    right : bool array, shape (N,)
    truths : int
        What `precision_recall` takes.

    Raises
    ------
    ArgumentError
        If `by` is unknown, or the two are not of the same images.
    """
    if by not in ("boxes", "masks"):
        raise ArgumentError("by", "'boxes' or 'masks'", repr(by))
    if len(found) != len(true):
        raise ArgumentError("found", f"objects of {len(true)} images", len(found))
    scores, right, truths = [np.empty(0)], [np.empty(0, dtype=bool)], 0
    for guess, truth in zip(found, true, strict=True):
        guess = guess.take(guess.classes == category)
        guess = guess.take(np.argsort(-guess.scores, kind="stable")[:MOST])
        truth = truth.take(truth.classes == category)
        scores.append(guess.scores)
        right.append(match(overlap(guess, truth, by), threshold) >= 0)
        truths += len(truth)
    return np.concatenate(scores), np.concatenate(right), truths


def overlap(found: Objects, true: Objects, by: str = "boxes") -> NDArray[np.floating]:
    """Return the IoU of each found object with each true one, of boxes or of masks."""
    if by == "boxes":
        return iou(found.boxes, true.boxes)
    if found.masks is None or true.masks is None:
        raise ArgumentError("by", "'boxes' where objects have no masks", repr(by))
    return mask_iou(found.masks, true.masks)


def mean_average_precision(
    found: Sequence[Objects],
    true: Sequence[Objects],
    thresholds: float | Sequence[float] = 0.5,
    interpolation: str = "all points",
    by: str = "boxes",
) -> float:
    """Average over the classes, and the thresholds, the average precision of each.

    Parameters
    ----------
    found, true : sequences of Objects
        For each image.
    thresholds : float or sequence of float
        The least IoU of a match: 0.5 for PASCAL's mAP@0.5, `COCO_THRESHOLDS` for COCO's.
    interpolation : {'all points', '101 points'}
    by : {'boxes', 'masks'}

    Returns
    -------
    float
        From 0 to 1, over the classes that occur in `true`.

    Raises
    ------
    ArgumentError
        If no object is true, or an option is unknown.

    Examples
    --------
    >>> true = [Objects([[0, 0, 10, 10], [20, 0, 30, 10]], classes=[0, 1])]
    >>> found = [Objects([[0, 0, 10, 9]], classes=[0], scores=[0.8])]
    >>> mean_average_precision(found, true), mean_average_precision(found, true, [0.5, 0.95])
    (0.5, 0.25)
    """
    classes = sorted({int(category) for truth in true for category in truth.classes})
    if not classes:
        raise ArgumentError("true", "at least one object", "none")
    values = [
        average_precision(
            *precision_recall(*judge(found, true, category, threshold, by)), interpolation
        )
        for category in classes
        for threshold in np.atleast_1d(thresholds)
    ]
    return float(np.mean(values))
