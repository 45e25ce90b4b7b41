"""The arithmetic of boxes: overlap, anchors, encoding, non-maximum suppression.

A box is x1, y1, x2, y2 in pixels: left, top, and just beyond right and bottom, so that its width
is x2 - x1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError

Array = NDArray[np.floating]
STRETCH = float(np.log(1000 / 16))  # most that a decoded box may grow, as a logarithm


def as_boxes(boxes: ArrayLike, argument: str = "boxes") -> Array:
    """Bring to a float array of shape (N, 4).

    Raises
    ------
    ShapeError
        If these are not boxes; an empty list is none of them.
    """
    array = np.asarray(boxes)
    if array.size == 0:
        array = array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ShapeError(argument, "boxes of shape (N, 4)", array.shape)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)


def area(boxes: ArrayLike) -> Array:
    """Multiply width by height; a box turned inside out has none.

    Parameters
    ----------
    boxes : array, shape (N, 4)

    Returns
    -------
    float array, shape (N,)
        Square pixels.

    Examples
    --------
    >>> area([[0, 0, 4, 3], [5, 5, 4, 6]])
    array([12.,  0.])
    """
    boxes = as_boxes(boxes)
    return (boxes[:, 2:] - boxes[:, :2]).clip(0).prod(axis=1)


def iou(a: ArrayLike, b: ArrayLike) -> Array:
    """Divide the intersection of each pair of boxes by their union.

    Parameters
    ----------
    a : array, shape (N, 4)
    b : array, shape (M, 4)

    Returns
    -------
    float array, shape (N, M)
        From 0, no overlap, to 1, the same box.

    Raises
    ------
    ShapeError
        If these are not boxes.

    Examples
    --------
    >>> iou([[0, 0, 2, 2]], [[0, 0, 2, 2], [1, 0, 3, 2], [2, 2, 4, 4]]).round(3)
    array([[1.   , 0.333, 0.   ]])
    """
    a, b = as_boxes(a, "a"), as_boxes(b, "b")
    low = np.maximum(a[:, None, :2], b[None, :, :2])  # (N, M, 2)
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = (high - low).clip(0).prod(axis=2)
    return _share(shared, area(a)[:, None] + area(b) - shared)


def mask_iou(a: ArrayLike, b: ArrayLike) -> Array:
    """Divide the pixels that two masks share by those that either has, for each pair.

    Parameters
    ----------
    a : bool array, shape (N, H, W)
    b : bool array, shape (M, H, W)

    Returns
    -------
    float array, shape (N, M)

    Raises
    ------
    ShapeError
        If these are not masks of one size.

    Examples
    --------
    >>> mask_iou([[[1, 1, 0]]], [[[0, 1, 1]], [[1, 1, 0]]]).round(3)
    array([[0.333, 1.   ]])
    """
    a, b = np.asarray(a, dtype=bool), np.asarray(b, dtype=bool)
    if a.ndim != 3 or a.shape[1:] != b.shape[1:]:
        raise ShapeError("b", f"masks of shape (M, H, W) like a's {a.shape}", b.shape)
    shared = np.tensordot(a.astype(float), b, axes=((1, 2), (1, 2)))  # (N, M)
    return _share(shared, a.sum(axis=(1, 2))[:, None] + b.sum(axis=(1, 2)) - shared)


def _share(shared: Array, union: Array) -> Array:
    """Divide, where nothing of nothing is 0."""
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def make_anchors(
    size: int | tuple[int, int],
    stride: int,
    scales: Sequence[float],
    ratios: Sequence[float] = (1.0,),
) -> Array:
    """Lay boxes of several sizes and shapes around the middle of each cell of a grid.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of the feature map, in cells.
    stride : int
        Pixels from one cell to the next.
    scales : sequence of float
        Square roots of the anchors' areas, in pixels.
    ratios : sequence of float
        Heights divided by widths.

    Returns
    -------
    float array, shape (H W A, 4)
        Row by row; at each place the A = scales x ratios anchors, scale by scale. They may reach
        beyond the image.

    Raises
    ------
    ArgumentError
        If a scale or a ratio is not above 0, or there is none.

    References
    ----------
    Ren, He, Girshick and Sun, "Faster R-CNN", arXiv:1506.01497, Section 3.1.1.

    Examples
    --------
    >>> make_anchors((1, 2), stride=8, scales=[8], ratios=[1, 4])
    array([[ 0.,  0.,  8.,  8.],
           [ 2., -4.,  6., 12.],
           [ 8.,  0., 16.,  8.],
           [10., -4., 14., 12.]])
    """
    for argument, values in (("scales", scales), ("ratios", ratios)):
        if len(values) == 0 or min(values) <= 0:
            raise ArgumentError(argument, "numbers above 0", values)
    rows, columns = (size, size) if isinstance(size, int) else size
    roots = np.sqrt(np.asarray(ratios, dtype=float))
    heights = np.outer(scales, roots).ravel()  # (A,)
    widths = np.outer(scales, 1 / roots).ravel()
    around = np.stack([-widths, -heights, widths, heights], axis=1) / 2  # (A, 4)
    y, x = (np.mgrid[:rows, :columns] + 0.5) * stride
    middles = np.stack([x, y, x, y], axis=-1).reshape(-1, 1, 4)  # (H W, 1, 4)
    return (middles + around).reshape(-1, 4)


def encode(boxes: ArrayLike, anchors: ArrayLike) -> Array:
    """Write boxes as what a network regresses: how to move and stretch an anchor to get them.

    With the middles x, y and the sizes w, h of the boxes, and those of the anchors with index a::

        t_x = (x - x_a) / w_a    t_w = log(w / w_a)
        t_y = (y - y_a) / h_a    t_h = log(h / h_a)

    Parameters
    ----------
    boxes : array, shape (N, 4)
        Of a width and height above 0.
    anchors : array, shape (N, 4)
        One for each box.

    Returns
    -------
    float array, shape (N, 4)
        t_x, t_y, t_w, t_h.

    Raises
    ------
    ShapeError
        If there is not one anchor to each box.
    ArgumentError
        If a box or an anchor is empty.

    References
    ----------
    Ren et al., arXiv:1506.01497, equation 2.

    Examples
    --------
    >>> encode([[2, 0, 6, 8]], anchors=[[0, 0, 4, 4]]).round(3)
    array([[0.5  , 0.5  , 0.   , 0.693]])
    """
    boxes, anchors = _paired(boxes, anchors, "boxes")
    for argument, array in (("boxes", boxes), ("anchors", anchors)):
        if (array[:, 2:] <= array[:, :2]).any():
            raise ArgumentError(argument, "boxes with x1 < x2 and y1 < y2", "an empty one")
    middles, sizes = _middles_and_sizes(boxes)
    origins, units = _middles_and_sizes(anchors)
    return np.concatenate([(middles - origins) / units, np.log(sizes / units)], axis=1)


def decode(offsets: ArrayLike, anchors: ArrayLike) -> Array:
    """Move and stretch anchors: the inverse of `encode`.

    Parameters
    ----------
    offsets : array, shape (N, 4)
        t_x, t_y, t_w, t_h; the last two are cut at log(1000 / 16), so that no untrained network
        makes infinite boxes.
    anchors : array, shape (N, 4)

    Returns
    -------
    float array, shape (N, 4)
        Boxes.

    Raises
    ------
    ShapeError
        If there is not one anchor to each row of offsets.

    Examples
    --------
    >>> decode([[0.5, 0.5, 0, np.log(2)]], anchors=[[0, 0, 4, 4]])
    array([[2., 0., 6., 8.]])
    """
    offsets, anchors = _paired(offsets, anchors, "offsets")
    origins, units = _middles_and_sizes(anchors)
    middles = origins + offsets[:, :2] * units
    sizes = np.exp(np.minimum(offsets[:, 2:], STRETCH)) * units
    return np.concatenate([middles - sizes / 2, middles + sizes / 2], axis=1)


def _paired(boxes: ArrayLike, anchors: ArrayLike, argument: str) -> tuple[Array, Array]:
    boxes, anchors = as_boxes(boxes, argument), as_boxes(anchors, "anchors")
    if boxes.shape != anchors.shape:
        raise ShapeError("anchors", f"one for each of {len(boxes)} {argument}", len(anchors))
    return boxes, anchors


def _middles_and_sizes(boxes: Array) -> tuple[Array, Array]:
    return (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]


def clip(boxes: ArrayLike, size: int | Sequence[int]) -> Array:
    """Cut boxes off at the border of the image.

    Parameters
    ----------
    boxes : array, shape (N, 4)
    size : int or (int, int)
        Height and width of the image, in pixels.

    Returns
    -------
    float array, shape (N, 4)

    Examples
    --------
    >>> clip([[-3, 2, 5, 99]], size=(32, 64))
    array([[ 0.,  2.,  5., 32.]])
    """
    height, width = (size, size) if isinstance(size, int) else size
    return as_boxes(boxes).clip(0, [width, height, width, height])


def nms(
    boxes: ArrayLike,
    scores: ArrayLike,
    threshold: float = 0.5,
    classes: ArrayLike | None = None,
) -> NDArray[np.int64]:
    """Keep the best box of each cluster: non-maximum suppression.

    The box with the best score is kept, those that overlap it too much are dropped, and so on
    with the best of the rest.

    Parameters
    ----------
    boxes : array, shape (N, 4)
    scores : array, shape (N,)
        The higher the better; of equals, the first wins.
    threshold : float
        A box is dropped when its IoU with a better one is above this; from 0 to 1.
    classes : int array, shape (N,), optional
        With it, a box is dropped only for a better one of its own class.

    Returns
    -------
    int64 array, shape (kept,)
        Places of the boxes that stay, best score first.

    Raises
    ------
    ShapeError
        If there is not one score, and one class, to each box.
    ArgumentError
        If the threshold is not a share.

    Examples
    --------
    >>> boxes = [[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]]
    >>> nms(boxes, scores=[0.8, 0.9, 0.3])
    array([1, 2])
    >>> nms(boxes, scores=[0.8, 0.9, 0.3], classes=[0, 1, 0])
    array([1, 0, 2])
    """
    boxes, scores = as_boxes(boxes), np.asarray(scores)
    if not 0 <= threshold <= 1:
        raise ArgumentError("threshold", "a share from 0 to 1", threshold)
    if scores.shape != (len(boxes),):
        raise ShapeError("scores", f"one for each of {len(boxes)} boxes", scores.shape)
    rivals = iou(boxes, boxes) > threshold
    if classes is not None:
        kinds = np.asarray(classes)
        if kinds.shape != scores.shape:
            raise ShapeError("classes", f"one for each of {len(boxes)} boxes", kinds.shape)
        rivals &= kinds[:, None] == kinds
    kept: list[int] = []
    dropped = np.zeros(len(boxes), dtype=bool)
    for place in np.argsort(-scores, kind="stable"):
        if not dropped[place]:
            kept.append(place)
            dropped |= rivals[place]
    return np.array(kept, dtype=np.int64)
