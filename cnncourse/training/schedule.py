"""The learning rate over a run."""

from __future__ import annotations

from math import cos, pi

FIRST = 1 / 25  # of the highest rate, where one cycle begins
LAST = 1e-4  # of the highest rate, where one cycle ends


def factor(schedule: str, progress: float, warmup: float) -> float:
    """Give the learning rate as a share of the highest.

    Parameters
    ----------
    schedule : {'one_cycle', 'cosine', 'constant'}
        'cosine' rises in a line and falls to 0 along half a cosine; 'one_cycle' does both along
        cosines, from 1/25 up and down to 1/10,000; 'constant' rises in a line and stays.
    progress : float
        The share of all steps that has been taken, from 0 to 1.
    warmup : float
        The share in which the rate rises.

    Returns
    -------
    float
        From 0 to 1.

    References
    ----------
    Smith and Topin, "Super-convergence", arXiv:1708.07120 (one cycle, there with momentum
    moving the other way, which is left out here); Loshchilov and Hutter, "SGDR",
    arXiv:1608.03983 (cosine).

    Examples
    --------
    >>> [round(factor("cosine", progress, warmup=0.2), 3) for progress in (0, 0.1, 0.2, 0.6, 1)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    if progress < warmup:
        rise = progress / warmup
        return _between(FIRST, 1, rise) if schedule == "one_cycle" else rise
    if schedule == "constant":
        return 1.0
    fall = (progress - warmup) / (1 - warmup)
    return _between(1, LAST if schedule == "one_cycle" else 0, fall)


def _between(start: float, end: float, share: float) -> float:
    """Go from start to end along half a cosine."""
    return end + (start - end) * (1 + cos(pi * share)) / 2
