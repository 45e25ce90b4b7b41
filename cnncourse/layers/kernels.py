"""The classical kernels, 3 x 3, each with what it responds to.

A kernel is written as `correlate2d` applies it: not flipped. Brightness counts upwards, rows from
top to bottom, columns from left to right.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

KERNELS: dict[str, NDArray[np.float64]] = {
    # the pixel itself: the image comes back unchanged
    "identity": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=np.float64),
    # the mean of the neighbourhood: detail goes, brightness stays (the sum is 1)
    "box_blur": np.full((3, 3), 1 / 9),
    # the same with near pixels weighted more: blurs without the box's streaks (the sum is 1)
    "gaussian_blur": np.outer([1, 2, 1], [1, 2, 1]) / 16,
    # a pixel's difference from its four neighbours, added to it: edges get steeper (the sum is 1)
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], dtype=np.float64),
    # brightness that rises to the right gives a positive answer: vertical edges (the sum is 0)
    "sobel_x": np.outer([1, 2, 1], [-1, 0, 1]).astype(np.float64),
    # brightness that rises downwards gives a positive answer: horizontal edges (the sum is 0)
    "sobel_y": np.outer([-1, 0, 1], [1, 2, 1]).astype(np.float64),
    # as sobel_x, but with equal weights along the edge
    "prewitt_x": np.outer([1, 1, 1], [-1, 0, 1]).astype(np.float64),
    # as sobel_y, but with equal weights along the edge
    "prewitt_y": np.outer([-1, 0, 1], [1, 1, 1]).astype(np.float64),
    # a pixel darker than its four neighbours gives a positive answer: spots, lines and both sides
    # of an edge, whatever its direction (the sum is 0)
    "laplacian_4": np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=np.float64),
    # the same, with the four diagonal neighbours as well
    "laplacian_8": np.array([[1, 1, 1], [1, -8, 1], [1, 1, 1]], dtype=np.float64),
}

for _kernel in KERNELS.values():
    _kernel.flags.writeable = False
