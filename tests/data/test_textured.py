"""Digits on surfaces: the labels say what was drawn."""

import numpy as np
import pytest

from cnncourse.data.textured import CLASSES, digits_on_textures
from cnncourse.errors import ArgumentError


@pytest.fixture(scope="module")
def scenes():
    return digits_on_textures(40, size=40, seed=1)


def test_every_scene_has_a_digit_on_one_or_two_surfaces(scenes):
    for labels in scenes.labels:
        kinds = set(np.unique(labels))
        assert CLASSES.index("digit") in kinds
        assert 1 <= len(kinds - {CLASSES.index("digit")}) <= 2
    shares = np.bincount(scenes.labels.ravel(), minlength=4) / scenes.labels.size
    assert all(0.1 < share < 0.5 for share in shares)


def test_digits_are_brighter_but_brightness_does_not_tell(scenes):
    digit = scenes.labels == CLASSES.index("digit")
    brightness = scenes.images[:, 0]
    assert brightness[digit].mean() > brightness[~digit].mean() + 0.2
    assert (brightness[~digit] > np.quantile(brightness[digit], 0.25)).mean() > 0.02


def test_tests_show_other_digits_on_other_pixels():
    train, test = (digits_on_textures(10, split=split) for split in ("train", "test"))
    assert train.images.shape == test.images.shape == (10, 1, 32, 32)
    assert not np.array_equal(train.labels, test.labels)


def test_one_seed_one_drawing(scenes):
    again = digits_on_textures(3, size=40, seed=1)
    assert np.array_equal(again.images, scenes.images[:3])
    assert np.array_equal(again.labels, scenes.labels[:3])
    assert not np.array_equal(again.images, digits_on_textures(3, size=40, seed=2).images)


def test_range_and_types(scenes):
    assert scenes.images.dtype == np.float32
    assert scenes.labels.dtype == np.int64
    assert 0 <= scenes.images.min() < scenes.images.max() <= 1
    assert digits_on_textures(0).images.shape == (0, 1, 32, 32)


def test_arguments_are_named():
    with pytest.raises(ArgumentError, match="size: expected 24 to 128 pixels, got 20"):
        digits_on_textures(1, size=20)
    with pytest.raises(ArgumentError, match="split"):
        digits_on_textures(1, split="valid")


def test_a_digit_of_another_size_is_named_and_has_that_size():
    scenes = digits_on_textures(60, size=48, seed=1, digit=12)
    assert set(scenes.digits) == set(range(10))
    for mask in scenes.labels == CLASSES.index("digit"):
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert np.ptp(rows) < 12
        assert np.ptp(columns) < 12
    with pytest.raises(ArgumentError, match="digit: expected at least 8 pixels, got 4"):
        digits_on_textures(1, digit=4)
