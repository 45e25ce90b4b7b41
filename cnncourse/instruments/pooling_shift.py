"""Pooling and shift: when a small move of a feature map is absorbed, and when it is not."""

from __future__ import annotations

from math import comb

import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError
from cnncourse.instruments.widget import Instrument, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.layers.pool import avg_pool2d, max_pool2d
from cnncourse.plots import show_kernels

SIDE = 8
# (1, 1) of each motif is put where the reader wants it
MOTIFS: dict[str, NDArray[np.float64]] = {
    "peak": np.array([[0.0, 1, 0, 0], [2, 9, 1, 0], [0, 0, 3, 1], [0, 0, 1, 0]]),
    "dot": np.array([[0.0, 0, 0], [0, 9, 0], [0, 0, 0]]),
    "hill": np.array([[2.0, 4, 2], [4, 9, 4], [2, 4, 2]]),
    "stripes": np.tile([9.0, 9, 0, 0], 2)[None].repeat(SIDE, axis=0),
}


def shift(x: ArrayLike, dy: int, dx: int) -> NDArray[np.float64]:
    """Move a map down by `dy` and to the right by `dx` pixels; what comes in is 0.

    Examples
    --------
    >>> shift([[1, 2], [3, 4]], 0, 1)
    array([[0., 1.],
           [0., 3.]])
    """
    x = np.asarray(x, dtype=np.float64)
    rows, columns = np.indices(x.shape)
    i, j = rows - dy, columns - dx
    inside = (i >= 0) & (i < x.shape[0]) & (j >= 0) & (j < x.shape[1])
    moved: NDArray[np.float64] = np.where(inside, x[i % x.shape[0], j % x.shape[1]], 0.0)
    return moved


def blur_pool2d(x: ArrayLike, kernel_size: int) -> NDArray[np.float64]:
    """Max pooling at every place, then a blur, and only then every `kernel_size`-th place.

    Parameters
    ----------
    x : float array, shape (H, W)
    kernel_size : int
        Even; the window of the maximum and the distance between outputs, in pixels.

    Returns
    -------
    float array, shape (H // kernel_size, W // kernel_size)

    References
    ----------
    R. Zhang, "Making convolutional networks shift-invariant again", ICML 2019. The blur's weights
    are binomial; at the border those that lie inside are made to add up to 1.

    Examples
    --------
    >>> blur_pool2d([[0, 0, 9, 9, 0, 0, 9, 9]] * 2, 2)
    array([[3. , 9. , 4.5, 9. ]])
    """
    dense = max_pool2d(np.asarray(x, dtype=np.float64)[None, None], kernel_size, stride=1)[0, 0]
    return _thin(_thin(dense, kernel_size).T, kernel_size).T


def _thin(x: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Blur the rows, keep every step-th row."""
    taps = np.array([comb(step, k) for k in range(step + 1)], dtype=np.float64)
    centres = np.arange(0, len(x), step)
    distance = np.arange(len(x))[None] - centres[:, None] + step // 2  # (outputs, rows)
    weights = np.where(
        (distance >= 0) & (distance <= step), taps[np.clip(distance, 0, step)], 0.0
    )
    return (weights / weights.sum(axis=1, keepdims=True)) @ x


def pool(x: ArrayLike, mode: str, kernel_size: int) -> NDArray[np.float64]:
    """Pool one map by 'max', 'average' or 'blur'.

    Raises
    ------
    ArgumentError
        If `mode` is none of them.
    """
    if mode == "blur":
        return blur_pool2d(x, kernel_size)
    if mode not in {"max", "average"}:
        raise ArgumentError("mode", "'max', 'average' or 'blur'", repr(mode))
    function = max_pool2d if mode == "max" else avg_pool2d
    pooled: NDArray[np.float64] = function(np.asarray(x, dtype=np.float64)[None, None], kernel_size)
    return pooled[0, 0]


class PoolingShift(Instrument):
    """A feature map that moves under pooling windows that stay.

    Attributes
    ----------
    motif : {'peak', 'dot', 'hill', 'stripes'}
    row, column : int
        Where the motif's peak stands, 0 to 7; the stripes stand still.
    down, right : int
        The move, -4 to 4 pixels.
    mode : {'max', 'average', 'blur'}
    size : {2, 4}
        The window's side, and the distance between windows.

    Examples
    --------
    >>> lab = PoolingShift(right=1)
    >>> lab.before()[1], lab.after()[1]
    (array([0., 9., 1., 0.]), array([0., 2., 9., 0.]))
    """

    title = "Pooling and shift"
    summary = "The map moves, the windows stay. Which moves does pooling absorb?"
    tries = (
        Try("The example of our sources: move the peak one pixel to the right. Is it absorbed?",
            {"motif": "peak", "row": 3, "column": 3, "right": 1, "down": 0, "size": 2,
             "mode": "max"}),
        Try("Now one pixel to the left: the 9 stays in its window. Do all the others?",
            {"motif": "peak", "row": 3, "column": 3, "right": -1, "down": 0, "size": 2,
             "mode": "max"}),
        Try("A single dot, windows of 4: from how many of the four columns is a move absorbed?",
            {"motif": "dot", "row": 2, "column": 4, "right": 1, "down": 0, "size": 4,
             "mode": "max"}),
        Try("Stripes two pixels wide: moved by one, they vanish in max pooling ...",
            {"motif": "stripes", "right": 1, "down": 0, "size": 2, "mode": "max"}),
        Try("... and with a blur before thinning they fade, but gently.",
            {"motif": "stripes", "right": 1, "down": 0, "size": 2, "mode": "blur"}),
        Try("Is average pooling better? Move a hill and compare the curves.",
            {"motif": "hill", "row": 3, "column": 3, "right": 1, "down": 0, "size": 2,
             "mode": "average"}),
    )
    data = ("motifs",)

    motifs = traitlets.Dict({k: v.tolist() for k, v in MOTIFS.items()}).tag(sync=True)
    motif = traitlets.Enum(list(MOTIFS), "peak").tag(sync=True)
    row = traitlets.Int(3, min=0, max=SIDE - 1).tag(sync=True)
    column = traitlets.Int(3, min=0, max=SIDE - 1).tag(sync=True)
    down = traitlets.Int(0, min=-4, max=4).tag(sync=True)
    right = traitlets.Int(1, min=-4, max=4).tag(sync=True)
    mode = traitlets.Enum(["max", "average", "blur"], "max").tag(sync=True)
    size = traitlets.Enum([2, 4], 2).tag(sync=True)

    def feature_map(self) -> NDArray[np.float64]:
        """Return the map before the move.

        Returns
        -------
        float64 array, shape (8, 8)
        """
        motif = MOTIFS[self.motif]
        if self.motif == "stripes":
            return motif
        framed = np.zeros((SIDE, SIDE))
        framed[: len(motif), : len(motif)] = motif
        return shift(framed, self.row - 1, self.column - 1)

    def before(self) -> NDArray[np.float64]:
        """Pool the map where it stands."""
        return pool(self.feature_map(), self.mode, self.size)

    def after(self) -> NDArray[np.float64]:
        """Pool the map after its move."""
        return pool(shift(self.feature_map(), self.down, self.right), self.mode, self.size)

    def twin(self) -> Twin:
        """Draw the map and the pooled map, before the move and after it."""
        moved = shift(self.feature_map(), self.down, self.right)
        changed = int((~np.isclose(self.before(), self.after())).sum())
        panels = {
            "map": self.feature_map(),
            "moved map": moved,
            "pooled": self.before().round(2),
            "pooled after the move": self.after().round(2),
        }
        kinds = {"max": t("max pooling"), "average": t("average pooling"),
                 "blur": t("max pooling with a blur")}  # fmt: skip
        facts = {"right": self.right, "down": self.down, "pooling": kinds[self.mode],
                 "size": self.size, "changed": changed, "count": self.before().size}  # fmt: skip
        alt = t(
            "Four grids of numbers: a feature map of 8 by 8 cells, the same map moved by "
            "{right} to the right and {down} down, and both after {pooling} in windows of {size} "
            "by {size}. {changed} of {count} pooled numbers differ.", **facts,
        )  # fmt: skip
        words = t(
            "Moved by {right} to the right and {down} down, {changed} of the {count} numbers "
            "change under {pooling}.", **facts,
        )  # fmt: skip
        return Twin(show_kernels(panels, columns=2), alt, f"{t(self.summary)} {words}")
