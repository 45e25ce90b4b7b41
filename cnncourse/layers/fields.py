"""How much each pixel of a receptive field counts: the effective field."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cnncourse.layers.arrays import Array
from cnncourse.layers.checks import number
from cnncourse.shapes import Window, per_axis, window_size


def effective_field(layers: Iterable[Window]) -> Array:
    """Weigh the pixels of a receptive field, along one axis, where every weight is the same.

    It is the gradient of one output for its input. A pool counts as a mean: each of its pixels is
    as likely to be the largest.

    Parameters
    ----------
    layers : iterable of cnncourse.shapes.Window
        From the input upwards.

    Returns
    -------
    float array, shape (size,)
        `size` is that of the last layer's receptive field; the sum is 1.

    References
    ----------
    Luo, Li, Urtasun and Zemel, "Understanding the effective receptive field in deep convolutional
    neural networks", arXiv:1701.04128, Section 2.1.

    Examples
    --------
    >>> 9 * effective_field([Window(3), Window(3)])
    array([1., 2., 3., 2., 1.])
    """
    field = np.ones(1)
    for layer in reversed(list(layers)):
        (kernel_size,) = per_axis("kernel_size", layer.kernel_size, 1)
        (stride,) = per_axis("stride", layer.stride, 1)
        (dilation,) = per_axis("dilation", layer.dilation, 1)
        wider = np.zeros((len(field) - 1) * stride + window_size(kernel_size, dilation))
        positions = stride * np.arange(len(field))
        for tap in range(kernel_size):
            wider[positions + dilation * tap] += field / kernel_size
        field = wider
    return field


def core_width(field: Array, share: float) -> int:
    """Count the pixels of the narrowest stretch that holds a share of the weight.

    Parameters
    ----------
    field : float array, shape (size,)
        Weights of at least 0 whose sum is 1.
    share : float
        From 0 to below 1.

    Returns
    -------
    int

    Examples
    --------
    >>> core_width(effective_field([Window(3), Window(3)]), share=0.7)
    3
    """
    share = number("share", share, below=1) - 1e-12  # sums of rounded numbers
    sums = np.concatenate([[0.0], np.cumsum(field)])
    ends = np.searchsorted(sums, sums[:-1] + share)
    inside = ends < len(sums)
    return int((ends - np.arange(len(field)))[inside].min())
