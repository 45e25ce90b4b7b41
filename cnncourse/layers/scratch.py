"""Memory that a convolution works in and leaves behind for the next.

Fresh memory is slow: the operating system clears each page and maps it when it is first touched,
which can take longer than the work done there. So each thread keeps one piece, as BLAS libraries
do, and no more than `MOST_KEPT` bytes. Nothing that a caller receives lies in it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from cnncourse.layers.arrays import Array

MOST_KEPT = 3 * 2**20  # bytes


class _Kept(threading.local):
    memory: Array = np.empty(0, np.uint8)


_kept = _Kept()


@contextmanager
def borrow(size: int) -> Iterator[Array]:
    """Lend memory inside a `with` block.

    Whoever borrows once more inside that block gets other memory: what is lent is not there to be
    found, so neither a call inside a call nor another thread can write to it.

    Parameters
    ----------
    size : int
        Bytes.

    Yields
    ------
    uint8 array
        At least that long; what it holds is left from before.

    Examples
    --------
    >>> with borrow(100) as memory:
    ...     len(memory) >= 100
    True
    """
    memory, _kept.memory = _kept.memory, _Kept.memory
    if len(memory) < size:
        memory = _Kept.memory  # give the shorter piece back before there is a longer one
        memory = np.empty(size, np.uint8)
    try:
        yield memory
    finally:
        if len(_kept.memory) < len(memory) <= MOST_KEPT:
            _kept.memory = memory
