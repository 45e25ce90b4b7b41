"""Data sets as they are divided, chosen from and resized."""

import numpy as np
import pytest

from cnncourse.data import Dataset, few, hold_out, resize
from cnncourse.errors import ArgumentError, ShapeError


@pytest.fixture
def data():
    """Three classes of 10, 20 and 30 images; each image is its own number."""
    labels = np.repeat([0, 1, 2], [10, 20, 30])
    images = np.arange(60, dtype=np.float32).reshape(-1, 1, 1, 1) / 60
    return Dataset("numbers", images, labels, ("a", "b", "c"))


def test_parts_share_no_image_and_keep_the_classes(data):
    rest, held = hold_out(data, share=0.2, seed=3)
    assert held.counts().tolist() == [2, 4, 6]
    together = np.sort(np.concatenate([rest.images, held.images]).ravel())
    assert np.array_equal(together, data.images.ravel())


def test_the_seed_decides_the_division(data):
    first, again, other = (hold_out(data, seed=seed)[1].images.ravel() for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_more_of_the_same_seed_include_the_fewer(data):
    three, eight = (set(few(data, n, seed=5).images.ravel()) for n in (3, 8))
    assert three < eight
    assert len(eight) == 24


@pytest.mark.parametrize("share", [0, 1, -0.5])
def test_share_is_a_share(data, share):
    with pytest.raises(ArgumentError, match="share: expected between 0 and 1"):
        hold_out(data, share)


def test_no_more_than_the_rarest_class_has(data):
    with pytest.raises(ArgumentError, match="per_class: expected 1 to 10, the rarest, got 11"):
        few(data, 11)


def test_labels_must_fit(data):
    with pytest.raises(ShapeError, match="one label for each of 60 images"):
        Dataset("short", data.images, data.labels[:-1], data.classes)
    with pytest.raises(ArgumentError, match="labels: expected 0 to 1, got 0 to 2"):
        Dataset("unnamed", data.images, data.labels, ("a", "b"))


def test_resizing_keeps_flat_images_and_their_type():
    for flat, kind in ((0.25, np.float32), (200, np.uint8)):
        data = Dataset("flat", np.full((2, 3, 8, 6), flat, kind), np.zeros(2, int), ("a",))
        for size in (3, 8, 20):
            resized = resize(data, size).images
            assert resized.shape == (2, 3, size, size)
            assert resized.dtype == kind
            assert np.allclose(resized, flat)


def test_shrinking_averages():
    stripes = np.zeros((1, 1, 16, 16), np.float32)
    stripes[..., ::2] = 1  # taking every second pixel would give all or nothing
    shrunk = resize(Dataset("stripes", stripes, np.zeros(1, int), ("a",)), 4).images
    assert np.abs(shrunk - 0.5).max() < 0.1
