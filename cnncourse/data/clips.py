"""Clips of handwritten digits in motion: what they are does not say where they go."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncourse.data.dataset import Dataset
from cnncourse.data.embedded import digits
from cnncourse.errors import ArgumentError

Motion = tuple[int, int]  # pixels per frame, down and to the right
DIRECTIONS: dict[str, Motion] = {"right": (0, 2), "left": (0, -2), "down": (2, 0), "up": (-2, 0)}
# Once or three times around 16 pixels in 8 frames: the same eight pictures, in four orders.
CAROUSEL: dict[str, Motion] = {
    "right": (0, 2), "left": (0, -2), "fast right": (0, 6), "fast left": (0, -6),
}  # fmt: skip
INK = 8  # pixels, the height and width of a digit


def moving_digits(
    count: int,
    motions: Mapping[str, Motion] | None = None,
    frames: int = 8,
    size: int = 16,
    label: str = "motion",
    split: str = "train",
    seed: int = 0,
) -> Dataset:
    """Move digits over a picture whose edges are joined; the class is the motion, or the digit.

    What leaves at one edge comes back at the other. The motions take turns, each with the same
    digit from the same place; then the next digit and its place are drawn.

    Parameters
    ----------
    count : int
        Clips.
    motions : mapping of name to (down, right), optional
        Pixels per frame; by default `CAROUSEL`. There, a digit's clips of all four motions hold the
        same eight frames if `frames` and `size` are left as they are: only the order tells them
        apart, and whoever looks at each frame by itself can do no better than guess.
    frames : int
        In a clip.
    size : int
        Height and width of a frame in pixels, at least 8.
    label : {'motion', 'digit'}
        What the classes are.
    split : {'train', 'test', 'all'}
        Which of the `digits` are moved.
    seed : int
        The same seed draws the same clips; the first of more are those of fewer.

    Returns
    -------
    Dataset
        Its images are the clips: float32, shape (N, 1, D, H, W), ink from 0 to 1.

    Raises
    ------
    ArgumentError
        If there is no motion, no frame, no room for a digit, or no such label.

    Examples
    --------
    >>> clips = moving_digits(4)
    >>> clips.images.shape, [clips.classes[label] for label in clips.labels]
    ((4, 1, 8, 16, 16), ['right', 'left', 'fast right', 'fast left'])
    >>> first, second = clips.images[0, 0, :2]
    >>> np.array_equal(np.roll(first, 2, axis=1), second)
    True
    """
    motions = CAROUSEL if motions is None else motions
    if not motions:
        raise ArgumentError("motions", "at least one", "none")
    if size < INK:
        raise ArgumentError("size", f"at least {INK} pixels", size)
    if frames < 1:
        raise ArgumentError("frames", "at least 1", frames)
    if label not in ("motion", "digit"):
        raise ArgumentError("label", "'motion' or 'digit'", repr(label))
    pictures, shown = digits(split)
    motion = np.arange(count) % len(motions)
    steps = np.array(list(motions.values()))
    which = np.zeros(count, np.int64)
    clips = np.zeros((count, 1, frames, size, size), np.float32)
    for i, clip in enumerate(clips[:, 0]):
        rng = np.random.default_rng((seed, i // len(motions)))
        which[i] = rng.integers(len(pictures))
        start = rng.integers(size, size=2)
        clip[:, :INK, :INK] = pictures[which[i], 0]
        for t in range(frames):
            clip[t] = np.roll(clip[t], start + t * steps[motion[i]], axis=(0, 1))
    if label == "motion":
        return Dataset("moving digits", clips, motion, tuple(motions))
    return Dataset("moving digits", clips, shown[which], tuple("0123456789"))
