"""What every data set comes as, and how it is divided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncourse.errors import ArgumentError, ShapeError


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled images, series, clips, clouds or sentences, in memory.

    Parameters
    ----------
    name : str
    images : array, shape (N, C, H, W)
        Either float32 from 0 to 1, or uint8 from 0 to 255. Series and clouds of points are float32
        of shape (N, C, L), clips (N, C, D, H, W), sentences int64 of shape (N, L): the numbers of
        their words.
    labels : int64 array, shape (N,)
        Places in `classes`.
    classes : tuple of str

    Raises
    ------
    ShapeError
        If there is not one label to each image.
    ArgumentError
        If a label is not the place of a class.

    Examples
    --------
    >>> data = Dataset("two dots", np.zeros((2, 1, 1, 1), np.float32), np.arange(2), ("a", "b"))
    >>> len(data), data.take([1]).labels
    (2, array([1]))
    """

    name: str
    images: NDArray[Any]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.labels.shape != self.images.shape[:1]:
            expected = f"one label for each of {len(self.images)} images"
            raise ShapeError("labels", expected, f"shape {self.labels.shape}")
        if len(self) and not 0 <= self.labels.min() <= self.labels.max() < len(self.classes):
            found = f"{self.labels.min()} to {self.labels.max()}"
            raise ArgumentError("labels", f"0 to {len(self.classes) - 1}", found)

    def __len__(self) -> int:
        return len(self.images)

    def take(self, places: Any) -> Dataset:
        """Choose images.

        Parameters
        ----------
        places : array or sequence of int, or bool array of shape (N,)

        Returns
        -------
        Dataset
        """
        places = np.asarray(places)
        return replace(self, images=self.images[places], labels=self.labels[places])

    def counts(self) -> NDArray[np.int64]:
        """Count the images of each class: int64 array, shape (classes,)."""
        return np.bincount(self.labels, minlength=len(self.classes))


def hold_out(data: Dataset, share: float = 0.1, seed: int = 0) -> tuple[Dataset, Dataset]:
    """Divide into a larger and a smaller part with the same share of every class.

    Parameters
    ----------
    data : Dataset
    share : float
        Of each class, for the second part; between 0 and 1, rounded to whole images.
    seed : int
        The same seed divides the same way.

    Returns
    -------
    rest, held : Dataset
        Both in the order of `data`.

    Examples
    --------
    >>> data = Dataset("dots", np.zeros((20, 1, 1, 1)), np.arange(20) % 2, ("a", "b"))
    >>> rest, held = hold_out(data, share=0.2)
    >>> rest.counts(), held.counts()
    (array([8, 8]), array([2, 2]))
    """
    if not 0 < share < 1:
        raise ArgumentError("share", "between 0 and 1", share)
    held = _chosen(data, [round(share * count) for count in data.counts()], seed)
    return data.take(~held), data.take(held)


def few(data: Dataset, per_class: int, seed: int = 0) -> Dataset:
    """Choose as many images of every class.

    Parameters
    ----------
    data : Dataset
    per_class : int
        At least 1, at most what the rarest class has.
    seed : int
        More images with the same seed include the fewer ones.

    Returns
    -------
    Dataset

    Examples
    --------
    >>> data = Dataset("dots", np.zeros((20, 1, 1, 1)), np.arange(20) % 2, ("a", "b"))
    >>> few(data, per_class=3).counts()
    array([3, 3])
    """
    if not 1 <= per_class <= min(data.counts()):
        raise ArgumentError("per_class", f"1 to {min(data.counts())}, the rarest", per_class)
    return data.take(_chosen(data, [per_class] * len(data.classes), seed))


def _chosen(data: Dataset, counts: list[int], seed: int) -> NDArray[np.bool_]:
    """Mark a number of images of each class."""
    chosen = np.zeros(len(data), dtype=bool)
    rng = np.random.default_rng(seed)
    for label, count in enumerate(counts):
        places = rng.permutation(np.flatnonzero(data.labels == label))
        chosen[places[:count]] = True
    return chosen


def resize(data: Dataset, size: int) -> Dataset:
    """Enlarge or shrink all images to size × size pixels, bilinear and smoothed against aliasing.

    Parameters
    ----------
    data : Dataset
    size : int
        Pixels.

    Returns
    -------
    Dataset
        float32, clipped to 0..1; uint8 stays uint8.
    """
    if size < 1:
        raise ArgumentError("size", "at least 1 pixel", size)
    if data.images.shape[-2:] == (size, size):
        return data
    import torch
    from torch.nn.functional import interpolate

    resized = []
    for start in range(0, len(data), 1024):
        batch = torch.from_numpy(data.images[start : start + 1024])
        values = interpolate(
            batch.float(), (size, size), mode="bilinear", antialias=True, align_corners=False
        )
        top = 1 if batch.is_floating_point() else 255
        values = values.clamp(0, top) if top == 1 else values.round().clamp(0, top).byte()
        resized.append(values.numpy())
    return replace(data, images=np.concatenate(resized))
