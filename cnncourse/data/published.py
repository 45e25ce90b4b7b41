"""Data sets that are downloaded once: their places and sums are torchvision's."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncourse.compat import repair_torchvision
from cnncourse.data.download import Progress, fetch
from cnncourse.data.idx import PREFIX, read_pair
from cnncourse.errors import ArgumentError, SetupError

IN_IDX_FILES = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}  # name: class of torchvision
IN_BATCHES = {"cifar-10": "CIFAR10", "cifar-100": "CIFAR100"}
OFFLINE = "digits, faces, textures, photographs or shapes need no network"

Arrays = tuple[NDArray[Any], NDArray[np.int64]]


def load_published(
    name: str, split: str, folder: Path, progress: Progress | None = None
) -> Arrays:
    """Load a published data set, downloading it if the folder does not hold it.

    Parameters
    ----------
    name : {'mnist', 'fashion-mnist', 'cifar-10', 'cifar-100'}
    split : {'train', 'test'}
    folder : Path
        Laid out as torchvision lays it out: MNIST/raw, cifar-10-batches-py and so on.
    progress : callable, optional
        Told the bytes that have come and all bytes, for each file.

    Returns
    -------
    images : array, shape (N, C, H, W)
        float32 from 0 to 1 for MNIST and Fashion-MNIST, uint8 for CIFAR.
    labels : int64 array, shape (N,)

    Raises
    ------
    SetupError
        If a file is missing and cannot be downloaded; it names data sets that need no network.
    """
    if split not in PREFIX:
        raise ArgumentError("split", "'train' or 'test'", repr(split))
    try:
        if name in IN_IDX_FILES:
            return _idx(IN_IDX_FILES[name], split, folder, progress)
        return _batches(IN_BATCHES[name], split, folder, progress)
    except SetupError as error:
        raise SetupError(
            f"{name}: not in {folder}, and not downloaded ({error}). Put its files there as "
            f"torchvision lays them out, name another folder in CNNCOURSE_DATA, or take a data "
            f"set that comes with the course: {OFFLINE}"
        ) from error


def _idx(kind: str, split: str, folder: Path, progress: Progress | None) -> Arrays:
    raw = folder / kind / "raw"
    names = [f"{PREFIX[split]}-{rest}" for rest in ("images-idx3-ubyte", "labels-idx1-ubyte")]
    if not all((raw / name).exists() or (raw / f"{name}.gz").exists() for name in names):
        published = _torchvision(kind)
        for packed, md5 in published.resources:
            _fetch_from_any([mirror + packed for mirror in published.mirrors], raw, md5, progress)
    return read_pair(raw, split)


def _fetch_from_any(
    urls: list[str], folder: Path, md5: str, progress: Progress | None
) -> Path:
    """Try the mirrors in turn; the last one's failure stands for all."""
    name = urls[0].rpartition("/")[2]
    for url in urls[:-1]:
        try:
            return fetch(url, folder / name, md5, progress=progress)
        except SetupError:
            continue
    return fetch(urls[-1], folder / name, md5, progress=progress)


def _batches(kind: str, split: str, folder: Path, progress: Progress | None) -> Arrays:
    published = _torchvision(kind)
    if not (folder / published.base_folder).is_dir():
        archive = fetch(
            published.url, folder / published.filename, published.tgz_md5, progress=progress
        )
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    try:
        # torchvision compares each file's sum with the published one before it unpickles it
        data = published(folder, train=split == "train")
    except RuntimeError as error:
        raise SetupError(f"{folder / published.base_folder}: {error}") from error
    return data.data.transpose(0, 3, 1, 2), np.array(data.targets)  # NHWC -> NCHW


def _torchvision(kind: str) -> Any:
    repair_torchvision()
    from torchvision import datasets

    return getattr(datasets, kind)
