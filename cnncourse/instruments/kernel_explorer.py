"""The kernel explorer: a hand-drawn 7, a kernel of nine numbers, and the sum at each place."""

from __future__ import annotations

import numpy as np
import traitlets

from cnncourse.instruments.widget import Instrument, Numbers, Try, Twin
from cnncourse.instruments.words import t
from cnncourse.layers.conv import correlate2d
from cnncourse.layers.kernels import KERNELS
from cnncourse.plots import show_kernels

SEVEN = """
.........
.#######.
.......#.
......#..
.....#...
....#....
....#....
...#.....
.........
"""
PRESETS = {
    "identity": "identity",
    "blur": "box_blur",
    "sharpen": "sharpen",
    "edge": "laplacian_8",
    "vertical edge": "sobel_x",
    "horizontal edge": "sobel_y",
}


def seven() -> np.ndarray:
    """Return the 7 as ink from 0 to 1.

    Returns
    -------
    float64 array, shape (9, 9)
    """
    return np.array([[float(ink == "#") for ink in row] for row in SEVEN.split()])


def bar(width: int) -> np.ndarray:
    """Return a bright vertical bar on a dark ground.

    Returns
    -------
    float64 array, shape (9, 9)

    Examples
    --------
    >>> bar(2)[0]
    array([0., 0., 0., 1., 1., 0., 0., 0., 0.])
    """
    left = (9 - width) // 2
    return np.array([[float(left <= column < left + width) for column in range(9)]] * 9)


class KernelExplorer(Instrument):
    """A 9 x 9 image to paint, a 3 x 3 kernel to edit, and the 7 x 7 map that comes out.

    Attributes
    ----------
    image : 9 x 9 numbers from 0 to 1
    kernel : 3 x 3 numbers from -9 to 9
    position : int
        The window's place, 0 to 48, row by row.

    Examples
    --------
    >>> KernelExplorer(position=8).position
    8
    """

    title = "Kernel explorer"
    summary = "Nine weights slide over a drawing. At each of 49 places: nine products, one sum."
    tries = (
        Try("A bright bar, right minus left: what comes out at its two sides and in its middle?",
            {"image": bar(2).tolist(), "kernel": KERNELS["prewitt_x"].tolist(), "position": 23}),
        Try("The same with a bar four pixels wide.",
            {"image": bar(4).tolist(), "kernel": KERNELS["prewitt_x"].tolist(), "position": 24}),
        Try("Let the blur run over the 7: which numbers can come out?",
            {"kernel": KERNELS["box_blur"].tolist(), "position": 0}),
        Try("Find the diagonal with the vertical-edge kernel. Why is one side negative?",
            {"kernel": KERNELS["sobel_x"].tolist(), "position": 25}),
        Try("Empty the image and paint a single dot: the map shows the kernel, turned half round.",
            {"image": np.zeros((9, 9)).tolist(), "kernel": [[1, 2, 3], [4, 5, 6], [7, 8, 9]]}),
        Try("Fill a patch with ink: what does an edge kernel say in its middle, and why?"),
    )
    data = ("presets",)
    words = tuple(PRESETS)

    presets = traitlets.Dict({k: KERNELS[v].tolist() for k, v in PRESETS.items()}).tag(sync=True)
    image = Numbers(seven(), min=0, max=1)
    kernel = Numbers(KERNELS["laplacian_8"], min=-9, max=9)
    position = traitlets.Int(24, min=0, max=48).tag(sync=True)

    def twin(self) -> Twin:
        """Draw the image, the kernel and the map."""
        image, kernel = np.array(self.image), np.array(self.kernel)
        out = correlate2d(image, kernel)
        row, column = divmod(self.position, 7)
        return Twin(
            show_kernels({"image": image, "kernel": kernel, "feature map": out}, columns=3),
            alt=t(
                "Three grids of numbers: an image of 9 by 9 cells with a drawn 7, a kernel of 3 by "
                "3 cells, and the map of 7 by 7 cells, from {low:.3g} to {high:.3g}.",
                low=out.min(), high=out.max(),
            ),
            caption=" ".join([t(self.summary), t(
                "With the window at row {row}, column {column} the sum is {sum:.3g}.",
                row=row + 1, column=column + 1, sum=out[row, column],
            )]),
        )  # fmt: skip
