"""MNIST from files on this machine, in the IDX format it is published in."""

from __future__ import annotations

import gzip
import math
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnncourse.errors import ArgumentError, CourseError, SetupError

# the third byte of a file -> its numbers, which are big-endian
TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
PREFIX = {"train": "train", "test": "t10k"}


def read_idx(path: Path | str) -> NDArray[np.number]:
    """Read one array from an IDX file.

    Parameters
    ----------
    path : Path or str
        A file whose name ends in .gz is unpacked on the way.

    Returns
    -------
    array
        With the axes and the type that the file names, in this machine's byte order.

    Raises
    ------
    CourseError
        If the file is not an IDX file, or shorter or longer than it says.
    FileNotFoundError
        If there is none.

    References
    ----------
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits": two zero bytes, the type
    of number, how many axes; then the axes' sizes as big-endian int32; then the numbers, last axis
    fastest.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "labels-idx1-ubyte")
    >>> path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    11
    >>> read_idx(path)
    array([5, 0, 4], dtype=uint8)
    """
    path = Path(path)
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise CourseError(f"{path}: not an IDX file, which would begin 00 00 and a type")
    axes = content[3]
    start = 4 + 4 * axes
    if len(content) < start:
        raise CourseError(f"{path}: ends within its head of {start} bytes")
    shape = [int(size) for size in np.frombuffer(content, ">u4", axes, 4)]
    dtype = np.dtype(TYPES[content[2]])
    expected = start + math.prod(shape) * dtype.itemsize
    if len(content) != expected:
        raise CourseError(f"{path}: has {len(content)} bytes, its head says {expected}")
    array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


def mnist(
    split: str = "train", folder: Path | str | None = None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Load handwritten digits of MNIST, 28 × 28 pixels each, from files on this machine.

    Parameters
    ----------
    split : {'train', 'test'}
    folder : Path or str, optional
        Holds MNIST/raw/train-images-idx3-ubyte and so on, packed (.gz) or not: the layout of
        torchvision. The environment variable CNNCOURSE_DATA if left out.

    Returns
    -------
    images : float32 array, shape (N, 1, 28, 28)
        Ink from 0 (none) to 1 (full).
    labels : int64 array, shape (N,)
        The digit, 0 to 9.

    Raises
    ------
    SetupError
        If no folder is named, or a file is not in it.
    CourseError
        If images and labels do not match.
    """
    folder = folder or os.environ.get("CNNCOURSE_DATA")
    if not folder:
        raise SetupError("MNIST: name the folder that holds MNIST/raw in CNNCOURSE_DATA")
    return read_pair(Path(folder) / "MNIST" / "raw", split)


def read_pair(raw: Path, split: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Load the images and labels of MNIST, or of a data set published in the same files.

    Parameters
    ----------
    raw : Path
        The folder of train-images-idx3-ubyte and so on, packed (.gz) or not.
    split : {'train', 'test'}

    Returns
    -------
    images, labels : arrays
        As `mnist` gives them.
    """
    if split not in PREFIX:
        raise ArgumentError("split", "'train' or 'test'", repr(split))
    images = _read(raw, f"{PREFIX[split]}-images-idx3-ubyte")
    labels = _read(raw, f"{PREFIX[split]}-labels-idx1-ubyte")
    if images.shape != (len(labels), 28, 28) or labels.ndim != 1:
        raise CourseError(
            f"{raw}: images of shape {images.shape} beside labels of shape {labels.shape}"
        )
    ink = images[:, None].astype(np.float32)  # (N, 28, 28) -> (N, 1, 28, 28)
    return ink / np.float32(255), labels.astype(np.int64)


def _read(folder: Path, name: str) -> NDArray[np.number]:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return read_idx(path)
    raise SetupError(f"{folder / name}: not there, nor packed as .gz")
