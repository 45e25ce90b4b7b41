"""Spoken digits: said by a synthesiser, inside the package; said by people, downloaded once."""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncourse.data.audio import mu_law_decode, mu_law_encode, read_wav
from cnncourse.data.download import Progress, fetch
from cnncourse.errors import ArgumentError, CourseError, SetupError, ShapeError

RATE = 8000  # samples in a second
SPOKEN = Path(__file__).parent / "spoken_digits.npz.xz"
QUIET = 1e-3  # a peak below which nothing is made louder
DIGITS = tuple("0123456789")

# tag 1.0.9 of the published recordings, and the sum that TensorFlow Datasets has for it
FSDD_URL = "https://github.com/Jakobovski/free-spoken-digit-dataset/archive/v1.0.9.tar.gz"
FSDD_SHA256 = "8bc44cde129d505cbbb6b365c09f80c663f2aa77578afc634e6141a2f87100c0"
FSDD_FILES = ("recordings.zip", "v1.0.9.tar.gz")  # of the folder fsdd: the first that is there
FSDD_LICENCE = (
    "Free Spoken Digit Dataset, Zohar Jackson and others, CC BY-SA 4.0: name them, and pass on "
    "changed recordings under the same licence"
)
FSDD_TEST = 5  # the first takes of each digit and speaker, which its authors keep for testing


@dataclass(frozen=True, eq=False)
class Recordings:
    """Words that were spoken, by whom.

    Parameters
    ----------
    name : str
    samples : list of N float32 arrays, shape (L,)
        From -1 to 1; each as long as its word.
    labels : int64 array, shape (N,)
        The digit.
    speakers : int64 array, shape (N,)
        Places in `people`.
    held_out : bool array, shape (N,)
        Kept for testing, by whoever made the recordings.
    people : tuple of str
    rate : int
        Samples in a second.

    Raises
    ------
    ShapeError
        If there is not one label, speaker and mark to each recording.
    """

    name: str
    samples: list[NDArray[np.float32]]
    labels: NDArray[np.int64]
    speakers: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    people: tuple[str, ...]
    rate: int = RATE

    def __post_init__(self) -> None:
        for name in ("labels", "speakers", "held_out"):
            if getattr(self, name).shape != (len(self.samples),):
                expected = f"one for each of {len(self.samples)} recordings"
                raise ShapeError(name, expected, f"shape {getattr(self, name).shape}")

    def __len__(self) -> int:
        return len(self.samples)

    def take(self, places: Any) -> Recordings:
        """Choose recordings, by their places or by a bool array of shape (N,)."""
        chosen = np.arange(len(self))[np.asarray(places)]
        return replace(
            self, samples=[self.samples[i] for i in chosen], labels=self.labels[chosen],
            speakers=self.speakers[chosen], held_out=self.held_out[chosen],
        )  # fmt: skip


@dataclass(frozen=True)
class Heard:
    """Recordings divided by what a network may have heard before.

    Parameters
    ----------
    train : Recordings
    known : Recordings
        Held-out words of the speakers in `train`.
    unseen : Recordings
        Everything of the speakers that are not.
    """

    train: Recordings
    known: Recordings
    unseen: Recordings


def divide(recordings: Recordings, unseen: Sequence[str]) -> Heard:
    """Keep some speakers apart, and of the others the held-out recordings.

    Parameters
    ----------
    recordings : Recordings
    unseen : sequence of str
        Some of its people, not all.

    Returns
    -------
    Heard

    Raises
    ------
    ArgumentError
        If one of them is not among the people, or none is left to learn from.

    Examples
    --------
    >>> heard = divide(spoken_digits(), unseen=["en-gb+f5"])
    >>> len(heard.train), len(heard.known), len(heard.unseen)
    (260, 130, 30)
    """
    strangers = [person for person in unseen if person not in recordings.people]
    if strangers or not set(recordings.people) - set(unseen):
        raise ArgumentError("unseen", f"some of {', '.join(recordings.people)}", list(unseen))
    places = [recordings.people.index(person) for person in unseen]
    apart = np.isin(recordings.speakers, places)
    return Heard(
        recordings.take(~apart & ~recordings.held_out),
        recordings.take(~apart & recordings.held_out),
        recordings.take(apart),
    )


def windows(
    recordings: Recordings, length: int, seed: int | None = None, noise: float = 0.0
) -> NDArray[np.float32]:
    """Bring each recording to a peak of 1 and put it into silence; cut the end of what is long.

    Parameters
    ----------
    recordings : Recordings
    length : int
        Samples of a window.
    seed : int, optional
        Draw the place in the window and a peak down to a half, for training; the same seed draws
        the same. If left out, recordings are in the middle.
    noise : float
        With a seed: add white noise whose deviation is drawn from 0 to this.

    Returns
    -------
    float32 array, shape (N, length)

    Examples
    --------
    >>> windows(spoken_digits(), length=6000, seed=0).shape
    (420, 6000)
    """
    if length < 1:
        raise ArgumentError("length", "at least 1 sample", length)
    result = np.zeros((len(recordings), length), np.float32)
    for i, (window, samples) in enumerate(zip(result, recordings.samples, strict=True)):
        rng = None if seed is None else np.random.default_rng((seed, i))
        room = max(0, length - len(samples))
        start = room // 2 if rng is None else rng.integers(room + 1)
        gain = 1.0 if rng is None else rng.uniform(0.5, 1)
        loudest = max(np.abs(samples).max(), QUIET)
        window[start : start + len(samples)] = samples[:length] / loudest * gain
        if rng is not None and noise:
            window += rng.normal(0, rng.uniform(0, noise), length)
    return result


def spoken_digits() -> Recordings:
    """Load the digits 0 to 9 as a synthesiser says them: 14 voices, each digit three times.

    Returns
    -------
    Recordings
        8000 samples a second, of 256 levels. The voices are those of eSpeak NG: an accent of
        English and a throat. Of each three, one is held out.

    References
    ----------
    Made by tools/synthesise_speech.py, which says what may be done with them.

    Examples
    --------
    >>> recordings = spoken_digits()
    >>> len(recordings), recordings.people[:3], recordings.held_out.sum()
    (420, ('en-gb', 'en-us', 'en-gb-scotland+m3'), np.int64(140))
    """
    return read_recordings(SPOKEN)


def write_recordings(recordings: Recordings, path: Path) -> None:
    """Store recordings in 8 bits a sample, packed (LZMA); the same ones make the same file.

    Parameters
    ----------
    recordings : Recordings
    path : Path
        Replaced once all is written.
    """
    arrays = io.BytesIO()
    np.savez(
        arrays,
        name=recordings.name,
        codes=mu_law_encode(np.concatenate(recordings.samples)).astype(np.uint8),
        lengths=np.array([len(samples) for samples in recordings.samples], np.int32),
        labels=recordings.labels.astype(np.uint8),
        speakers=recordings.speakers.astype(np.uint8),
        held_out=recordings.held_out,
        people=np.array(recordings.people),
        rate=recordings.rate,
    )
    part = path.with_suffix(".part")
    part.write_bytes(lzma.compress(arrays.getvalue(), preset=9 | lzma.PRESET_EXTREME))
    part.replace(path)


def read_recordings(path: Path) -> Recordings:
    """Read what `write_recordings` wrote.

    Raises
    ------
    CourseError
        If the file holds something else.
    """
    try:
        with np.load(io.BytesIO(lzma.decompress(path.read_bytes()))) as stored:
            ends = np.cumsum(stored["lengths"])[:-1]
            return Recordings(
                str(stored["name"]),
                np.split(mu_law_decode(stored["codes"]), ends),
                stored["labels"].astype(np.int64),
                stored["speakers"].astype(np.int64),
                stored["held_out"],
                tuple(stored["people"].tolist()),
                int(stored["rate"]),
            )
    except (lzma.LZMAError, ValueError, KeyError) as error:
        raise CourseError(f"{path}: holds no recordings ({error})") from error


def has_free_spoken_digits(folder: Path) -> bool:
    """Say whether people's recordings are in the folder, so that nothing would be downloaded."""
    return any((folder / "fsdd" / name).is_file() for name in FSDD_FILES)


def free_spoken_digits(folder: Path, progress: Progress | None = None) -> Recordings:
    """Load the digits 0 to 9 as people say them, downloading them if the folder has none.

    Parameters
    ----------
    folder : Path
        Holds fsdd/recordings.zip or fsdd/v1.0.9.tar.gz, or will hold the latter.
    progress : callable, optional
        Told the bytes that have come and all bytes.

    Returns
    -------
    Recordings
        8000 samples a second; the takes 0 to 4 of each digit and speaker are held out.

    Raises
    ------
    SetupError
        If they are not there and cannot be downloaded.
    CourseError
        If a recording cannot be read.

    References
    ----------
    Free Spoken Digit Dataset, Zohar Jackson and others, CC BY-SA 4.0,
    doi:10.5281/zenodo.1342401.
    """
    place = folder / "fsdd"
    archive = next((place / name for name in FSDD_FILES if (place / name).is_file()), None)
    if archive is None:
        archive = _download(place / FSDD_FILES[-1], progress)
    found = sorted(_unpack(archive))
    if not found:
        raise CourseError(f"{archive}: holds no recordings such as 0_george_0.wav")
    people = tuple(sorted({person for (person, _, _), _ in found}))
    return Recordings(
        "Free Spoken Digit Dataset",
        [_samples(archive, who, content) for who, content in found],
        np.array([digit for (_, digit, _), _ in found]),
        np.array([people.index(person) for (person, _, _), _ in found]),
        np.array([take < FSDD_TEST for (_, _, take), _ in found]),
        people,
    )


def _download(path: Path, progress: Progress | None) -> Path:
    try:
        return fetch(FSDD_URL, path, FSDD_SHA256, progress=progress)
    except SetupError as error:
        raise SetupError(
            f"spoken digits of people: not in {path.parent}, and not downloaded ({error}). Put "
            f"{path.name} there from {FSDD_URL} ({FSDD_LICENCE}), or take spoken_digits(), which "
            f"come with the course"
        ) from error


Who = tuple[str, int, int]  # speaker, digit, take


def _unpack(archive: Path) -> Iterator[tuple[Who, bytes]]:
    """Give the recordings of a zip or tar file, wherever in it they are."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            for name in packed.namelist():
                if who := _who(name):
                    yield who, packed.read(name)
        return
    with tarfile.open(archive) as packed:
        for member in packed:
            file = packed.extractfile(member)
            if file and (who := _who(member.name)):
                yield who, file.read()


def _who(name: str) -> Who | None:
    """Read a file's name, such as recordings/7_jackson_32.wav."""
    parts = Path(name).stem.split("_")
    if not name.endswith(".wav") or len(parts) != 3 or not (parts[0] + parts[2]).isdigit():
        return None
    return parts[1], int(parts[0]), int(parts[2])


def _samples(archive: Path, who: Who, content: bytes) -> NDArray[np.float32]:
    samples, rate = read_wav(content)
    if rate != RATE:
        name = "{1}_{0}_{2}.wav".format(*who)
        raise CourseError(f"{archive}: {name} has {rate} samples a second, not {RATE}")
    return samples
