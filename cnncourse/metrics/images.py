"""How near a restored image is to the true one: PSNR and SSIM."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from cnncourse.errors import ArgumentError, ShapeError

WINDOW = 7  # pixels, both ways


def psnr(image: ArrayLike, reference: ArrayLike, data_range: float = 1.0) -> float:
    """Compute the peak signal-to-noise ratio; higher is better.

    Parameters
    ----------
    image, reference : float array, any shape, both the same
    data_range : float
        From the least to the greatest value that a pixel can have.

    Returns
    -------
    float
        10 log10(data_range² / mean squared error), in decibels; infinite when they are equal.

    Raises
    ------
    ShapeError
        If the two differ in shape.

    Examples
    --------
    >>> round(psnr(np.full((2, 2), 0.6), np.full((2, 2), 0.5)), 6)  # off by a tenth
    20.0
    """
    x, y = _pair(image, reference, data_range)
    error = np.mean((x - y) ** 2)
    return float(10 * np.log10(data_range**2 / error)) if error else float("inf")


def ssim(image: ArrayLike, reference: ArrayLike, data_range: float = 1.0) -> float:
    """Compute the structural similarity, averaged over the image; higher is better.

    Each window of 7 × 7 pixels is compared in brightness, contrast and structure:

        (2 μx μy + C1) (2 σxy + C2) / ((μx² + μy² + C1) (σx² + σy² + C2))

    with C1 = (0.01 L)², C2 = (0.03 L)² for the data range L. As in scikit-image, all pixels of a
    window weigh the same, variances divide by one less than the pixels, and windows lie inside.

    Parameters
    ----------
    image, reference : float array, shape (H, W), both at least 7 × 7
    data_range : float

    Returns
    -------
    float
        At most 1, which only equal images reach.

    Raises
    ------
    ShapeError
        If they differ in shape, have no two axes or are too small.

    References
    ----------
    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity", IEEE Transactions on Image Processing 13(4), 2004, equation 13.

    Examples
    --------
    >>> checks = np.indices((8, 8)).sum(0) % 2.0
    >>> ssim(checks, checks), ssim(1 - checks, checks) < 0
    (1.0, True)
    """
    x, y = _pair(image, reference, data_range)
    if x.ndim != 2 or min(x.shape) < WINDOW:
        raise ShapeError("image", f"(H, W), at least {WINDOW} pixels both ways", x.shape)
    unbiased = WINDOW**2 / (WINDOW**2 - 1)
    mean_x, mean_y = _window_mean(x), _window_mean(y)
    variances = unbiased * (_window_mean(x * x) - mean_x**2 + _window_mean(y * y) - mean_y**2)
    covariance = unbiased * (_window_mean(x * y) - mean_x * mean_y)
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    likeness = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    return float(np.mean(likeness / ((mean_x**2 + mean_y**2 + c1) * (variances + c2))))


def _pair(
    image: ArrayLike, reference: ArrayLike, data_range: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x, y = np.asarray(image, np.float64), np.asarray(reference, np.float64)
    if x.shape != y.shape or x.size == 0:
        raise ShapeError("image", f"pixels in the reference's shape {y.shape}", x.shape)
    if data_range <= 0:
        raise ArgumentError("data_range", "a number above 0", data_range)
    return x, y


def _window_mean(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average each window, along rows and then along columns: (H, W) -> (H - 6, W - 6)."""
    rows = sliding_window_view(image, WINDOW, axis=1).mean(-1)
    return sliding_window_view(rows, WINDOW, axis=0).mean(-1)
