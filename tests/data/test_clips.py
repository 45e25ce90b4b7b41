"""Moving digits: the motion is where the class says, and nowhere else."""

from itertools import pairwise

import numpy as np
import pytest

from cnncourse.data import digits, moving_digits
from cnncourse.data.clips import CAROUSEL, DIRECTIONS
from cnncourse.errors import ArgumentError


def test_each_frame_is_the_one_before_moved_by_the_class():
    clips = moving_digits(8, motions=DIRECTIONS, frames=5, size=20)
    assert clips.images.shape == (8, 1, 5, 20, 20)
    for clip, label in zip(clips.images[:, 0], clips.labels, strict=True):
        step = DIRECTIONS[clips.classes[label]]
        for before, after in pairwise(clip):
            assert np.array_equal(np.roll(before, step, axis=(0, 1)), after)


def test_on_the_carousel_every_motion_shows_the_same_frames():
    """So that whoever is blind to order is at chance, whatever he has learned."""
    clips = moving_digits(12).images[:, 0]
    for group in clips.reshape(3, 4, 8, -1):
        seen = [{frame.tobytes() for frame in clip} for clip in group]
        assert seen[0] == seen[1] == seen[2] == seen[3]
        assert len(seen[0]) == 8
        assert len({clip.tobytes() for clip in group}) == 4


def test_the_ink_is_a_digits_and_the_label_may_be_the_digit():
    images, labels = digits("test")
    kinds = {image.sum().round(4): label for image, label in zip(images, labels, strict=True)}
    clips = moving_digits(20, label="digit", split="test", seed=3)
    known = np.isin(clips.images[:, 0, 0].sum((1, 2)).round(4), list(kinds))
    assert known.all()
    motions = moving_digits(20, split="test", seed=3)
    assert np.array_equal(clips.images, motions.images)
    assert motions.labels.tolist() == [0, 1, 2, 3] * 5
    assert clips.labels[:4].tolist() == [clips.labels[0]] * 4
    assert len(set(clips.labels)) > 2


def test_one_seed_one_set():
    few, more = moving_digits(4, seed=1), moving_digits(8, seed=1)
    assert np.array_equal(few.images, more.images[:4])
    assert not np.array_equal(few.images, moving_digits(4, seed=2).images)
    assert moving_digits(0).images.shape == (0, 1, 8, 16, 16)
    assert list(few.classes) == list(CAROUSEL)


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [("motions", {}), ("frames", 0), ("size", 7), ("label", "colour"), ("split", "half")],
)
def test_arguments_are_named(argument, wrong):
    with pytest.raises(ArgumentError, match=f"^{argument}: expected"):
        moving_digits(4, **{argument: wrong})
