"""Every data set by its name."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnncourse.data import embedded
from cnncourse.data.dataset import Dataset, hold_out, resize
from cnncourse.data.folder import image_folder
from cnncourse.data.shapes import CLASSES, shapes
from cnncourse.errors import ArgumentError, CourseError, unknown_name

if TYPE_CHECKING:
    from cnncourse.data.download import Progress

DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
CIFAR_10 = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
_HUNDRED = """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly
    camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile
    cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp
    lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom
    oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine
    possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake
    spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor
    train trout tulip turtle wardrobe whale willow_tree wolf woman worm
"""
CIFAR_100 = tuple(_HUNDRED.split())
FOLDER_SIZE = 64  # pixels
GENERATED = {"train": (2000, 0), "test": (500, 1)}  # images and seed
DOWNLOADED = "downloaded once, or from the folder in CNNCOURSE_DATA"

Arrays = tuple[NDArray[Any], NDArray[np.int64]]


@dataclass(frozen=True)
class Entry:
    """What is known of a data set before it is loaded.

    Parameters
    ----------
    name : str
    summary : str
        One sentence.
    shape : (int, int, int)
        Channels, height and width in pixels, as it comes.
    train, test : int
        How many images it has to train on and to test on, as published.
    comes : str
        From where: 'inside scikit-learn', 'generated', 'downloaded' ...
    classes : tuple of str
    """

    name: str
    summary: str
    shape: tuple[int, int, int]
    train: int
    test: int
    comes: str
    classes: tuple[str, ...]

    def __str__(self) -> str:
        channels, height, width = self.shape
        return "\n".join((
            f"{self.name}: {self.summary}",
            f"  images    {self.train:,} to train, {self.test:,} to test; "
            f"{height} x {width} pixels, {'gray' if channels == 1 else 'colour'}",
            f"  classes   {len(self.classes)}: {', '.join(self.classes)}",
            f"  comes     {self.comes}",
        ))


_ENTRIES = {
    entry.name: entry
    for entry in (
        Entry("digits", "handwritten digits of the UCI collection", (1, 8, 8), 1442, 355,
              "inside scikit-learn", DIGITS),
        Entry("faces", "faces, and pieces of background", (1, 25, 25), 160, 40,
              "inside scikit-image", ("background", "face")),
        Entry("textures", "pieces of photographs of brick, grass and gravel", (1, 32, 32),
              615, 153, "inside scikit-image", embedded.TEXTURES),
        Entry("photographs", "pieces of five photographs: which one is it from?", (3, 32, 32),
              895, 223, "inside scikit-learn and scikit-image", tuple(embedded.PHOTOGRAPHS)),
        Entry("shapes", "one coloured shape each; boxes and masks from shapes()", (3, 32, 32),
              2000, 500, "generated from a seed, at any size", CLASSES),
        Entry("mnist", "handwritten digits of MNIST", (1, 28, 28), 60_000, 10_000,
              DOWNLOADED, DIGITS),
        Entry("fashion-mnist", "clothes, in the format of MNIST", (1, 28, 28), 60_000, 10_000,
              DOWNLOADED, CLOTHES),
        Entry("cifar-10", "small photographs of animals and vehicles", (3, 32, 32), 50_000,
              10_000, DOWNLOADED, CIFAR_10),
        Entry("cifar-100", "small photographs of a hundred kinds", (3, 32, 32), 50_000, 10_000,
              DOWNLOADED, CIFAR_100),
    )
}  # fmt: skip

_EMBEDDED: dict[str, Callable[[str], Arrays]] = {
    "digits": embedded.digits,
    "faces": embedded.faces,
    "textures": embedded.textures,
    "photographs": embedded.photograph_patches,
}


def names() -> list[str]:
    """List the data sets.

    Examples
    --------
    >>> names()[:3]
    ['digits', 'faces', 'textures']
    """
    return list(_ENTRIES)


def describe(name: str) -> Entry:
    """Say what a data set holds, without loading it.

    Raises
    ------
    ArgumentError
        If there is none of that name, with the nearest name.

    Examples
    --------
    >>> print(describe("faces"))
    faces: faces, and pieces of background
      images    160 to train, 40 to test; 25 x 25 pixels, gray
      classes   2: background, face
      comes     inside scikit-image
    >>> describe("minst")
    Traceback (most recent call last):
    ...
    cnncourse.errors.ArgumentError: name: expected a data set (nearest: mnist), got 'minst'
    """
    if name in _ENTRIES:
        return _ENTRIES[name]
    raise unknown_name(str(name).replace("_", "-"), _ENTRIES, "a data set")


def load(
    name: str,
    split: str = "train",
    size: int | None = None,
    folder: Path | str | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Load one part of a data set.

    Parameters
    ----------
    name : str
        One of `names()`.
    split : {'train', 'test'}
    size : int, optional
        Pixels: images are drawn or resized to size × size.
    folder : Path or str, optional
        Where downloaded data sets are and go; `data_folder()` if left out.
    progress : callable, optional
        Told the bytes that have come and all bytes of each downloaded file.

    Returns
    -------
    Dataset

    Raises
    ------
    ArgumentError
        If the name or the split is unknown.
    SetupError
        If it would have to be downloaded and cannot be.

    Examples
    --------
    >>> data = load("digits", "test", size=32)
    >>> data.images.shape, data.images.dtype, data.classes[:3]
    ((355, 1, 32, 32), dtype('float32'), ('0', '1', '2'))
    """
    entry = describe(name)
    if split not in GENERATED:
        raise ArgumentError("split", "'train' or 'test'", repr(split))
    if name == "shapes":
        return _generated(entry, split, size or entry.shape[1])
    if name in _EMBEDDED:
        images, labels = _EMBEDDED[name](split)
        images = images.astype(np.float32)
    else:
        from cnncourse.data.published import load_published

        images, labels = load_published(name, split, Path(folder or data_folder()), progress)
    data = Dataset(name, images, labels, entry.classes)
    return resize(data, size) if size else data


@dataclass(frozen=True)
class Parts:
    """A data set to train with.

    Parameters
    ----------
    train, test : Dataset
    skipped : tuple of (Path, str)
        Image files that could not be decoded, and why.
    """

    train: Dataset
    test: Dataset
    skipped: tuple[tuple[Path, str], ...] = ()


def load_parts(
    name: str, size: int | None = None, folder: Path | str | None = None,
    progress: Progress | None = None,
) -> Parts:
    """Load both parts of a data set by its name, or of the user's own images by their folder.

    Parameters
    ----------
    name : str
        One of `names()`, or a folder: one that holds 'train' and 'test' (or 'val'), each with a
        folder for each class, or one that holds the classes itself. Of the latter, a fifth of
        each class is held out.
    size, folder, progress
        As for `load`; images from a folder have 64 pixels if no size is given.

    Returns
    -------
    Parts

    Raises
    ------
    ArgumentError, SetupError, CourseError
        As `load` and `image_folder`; also if the two parts have different classes.

    Examples
    --------
    >>> parts = load_parts("faces")
    >>> len(parts.train), len(parts.test), parts.skipped
    (160, 40, ())
    """
    place = Path(name)
    if name in _ENTRIES or not place.is_dir():
        train, test = (load(name, split, size, folder, progress) for split in ("train", "test"))
        return Parts(train, test)
    held = next((place / part for part in ("test", "val") if (place / part).is_dir()), None)
    if held is None or not (place / "train").is_dir():
        whole = image_folder(place, size or FOLDER_SIZE)
        return Parts(*hold_out(whole.data, share=0.2), whole.skipped)
    first, second = (image_folder(part, size or FOLDER_SIZE) for part in (place / "train", held))
    if first.data.classes != second.data.classes:
        raise CourseError(f"{place}: train and {held.name} do not hold the same classes")
    return Parts(first.data, second.data, first.skipped + second.skipped)


def data_folder() -> Path:
    """Return CNNCOURSE_DATA of the environment, else .cache/cnncourse in the home folder."""
    named = os.environ.get("CNNCOURSE_DATA")
    return Path(named) if named else Path.home() / ".cache" / "cnncourse"


def _generated(entry: Entry, split: str, size: int) -> Dataset:
    count, seed = GENERATED[split]
    scenes = shapes(count, size=size, seed=seed)
    return Dataset(entry.name, scenes.images, np.concatenate(scenes.classes), entry.classes)


def examples(data: Dataset, per_class: int = 1) -> tuple[list[NDArray[Any]], list[str]]:
    """Choose images for a picture of a data set: the first of each class, with its name.

    Parameters
    ----------
    data : Dataset
    per_class : int

    Returns
    -------
    images : list of float arrays, shape (C, H, W)
        Values from 0 to 1, for `plots.show_images`.
    titles : list of str
    """
    scale = 255 if data.images.dtype == np.uint8 else 1
    kinds = range(len(data.classes))
    chosen = np.concatenate([np.flatnonzero(data.labels == k)[:per_class] for k in kinds])
    titles = [data.classes[label] for label in data.labels[chosen]]
    return [data.images[place] / scale for place in chosen], titles
