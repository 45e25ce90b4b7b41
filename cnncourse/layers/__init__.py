"""The layers of a convolutional network in NumPy.

Beside each fast version stands the clear one that reads like the formula, named `..._loop`: it is
the specification, and a test holds the two equal.
"""

from cnncourse.layers.conv import conv2d, conv2d_loop, convolve2d, correlate2d
from cnncourse.layers.kernels import KERNELS
from cnncourse.layers.pool import (
    avg_pool2d,
    avg_pool2d_loop,
    global_avg_pool2d,
    max_pool2d,
    max_pool2d_loop,
)

__all__ = [
    "KERNELS",
    "avg_pool2d",
    "avg_pool2d_loop",
    "conv2d",
    "conv2d_loop",
    "convolve2d",
    "correlate2d",
    "global_avg_pool2d",
    "max_pool2d",
    "max_pool2d_loop",
]
