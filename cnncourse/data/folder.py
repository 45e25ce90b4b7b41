"""A folder of images: a folder for each class, image files in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnncourse.data.dataset import Dataset
from cnncourse.errors import CourseError

SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}


@dataclass(frozen=True)
class Folder:
    """What was read from a folder of images.

    Parameters
    ----------
    data : Dataset
        uint8 images from 0 to 255, all of one size.
    skipped : tuple of (Path, str)
        The files that could not be decoded, and why.
    """

    data: Dataset
    skipped: tuple[tuple[Path, str], ...]


def image_folder(folder: Path | str, size: int = 64, gray: bool = False) -> Folder:
    """Read a tree such as dogs/a.jpg, dogs/b.png, cats/c.jpg: a class for each folder.

    Parameters
    ----------
    folder : Path or str
        The classes are its folders, in alphabetical order, as in torchvision's ImageFolder.
    size : int
        Each image is scaled until its shorter side has this many pixels, and its middle is kept.
    gray : bool
        One channel of brightness instead of three colours.

    Returns
    -------
    Folder
        Files that cannot be decoded are left out and named.

    Raises
    ------
    CourseError
        If there is no folder in it, a class holds no image file, or none that can be decoded.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CourseError(f"{folder}: no such folder")
    classes = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if not classes:
        raise CourseError(f"{folder}: holds no folders; one for each class is expected")
    files = [(label, file) for label, name in enumerate(classes) for file in _files(folder / name)]
    with ThreadPoolExecutor() as pool:
        read = list(pool.map(lambda file: _decode(file[1], size, gray), files))
    skipped = [(file, got) for (_, file), got in zip(files, read, strict=True)
               if isinstance(got, str)]
    kept = [(label, got) for (label, _), got in zip(files, read, strict=True)
            if not isinstance(got, str)]
    labels = np.array([label for label, _ in kept], np.int64)
    for label, name in enumerate(classes):
        if label not in labels:
            raise CourseError(f"{folder / name}: none of its images can be decoded")
    images = np.stack([image for _, image in kept])
    return Folder(Dataset(folder.name, images, labels, tuple(classes)), tuple(skipped))


def _files(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not files:
        raise CourseError(f"{folder}: the class holds no image")
    return files


def _decode(path: Path, size: int, gray: bool) -> NDArray[np.uint8] | str:
    """Read one image: uint8 array of shape (C, size, size), or why it cannot be read."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (size, size))  # a JPEG decodes at an eighth if that is enough
            whole = picture.convert("L" if gray else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return str(error)
    width, height = whole.size
    crop = min(width, height)
    left, top = (width - crop) // 2, (height - crop) // 2
    box = (left, top, left + crop, top + crop)
    small = whole.resize((size, size), Image.Resampling.BILINEAR, box=box)
    array = np.asarray(small)
    return array[None] if gray else array.transpose(2, 0, 1)  # (H, W, 3) -> (3, H, W)
