"""Shapes in clutter: the truth is true, and colour gives nothing away."""

import numpy as np
import pytest

from cnncourse.data.clutter import SPLITS, cluttered_shapes
from cnncourse.errors import ArgumentError


@pytest.fixture(scope="module")
def scenes():
    return cluttered_shapes(60, seed=2)


def test_boxes_are_the_extent_of_the_masks(scenes):
    for mask, boxes, classes in zip(scenes.masks, scenes.boxes, scenes.classes, strict=True):
        assert 1 <= len(boxes) == len(classes) == mask.max() <= 4
        for k, (x1, y1, x2, y2) in enumerate(boxes.astype(int), start=1):
            rows, columns = np.nonzero(mask == k)
            assert (columns.min(), columns.max() + 1) == (x1, x2)
            assert (rows.min(), rows.max() + 1) == (y1, y2)


def test_objects_are_plain_and_the_rest_is_not(scenes):
    """An object has one colour but for noise; what is around it has many."""
    inside = [
        image[:, mask == k].std(axis=1).mean()
        for image, mask in zip(scenes.images, scenes.masks, strict=True)
        for k in range(1, mask.max() + 1)
    ]
    outside = [
        image[:, mask == 0].std(axis=1).mean()
        for image, mask in zip(scenes.images, scenes.masks, strict=True)
    ]
    assert np.median(inside) < 0.06
    assert np.median(outside) > 0.15


def test_brightness_tells_no_object_from_its_ground(scenes):
    """As many are darker than what they lie on as are brighter."""
    brighter = [
        image[:, mask == k].mean() > image[:, mask == 0].mean()
        for image, mask in zip(scenes.images, scenes.masks, strict=True)
        for k in range(1, mask.max() + 1)
    ]
    assert 0.3 < np.mean(brighter) < 0.8


def test_one_seed_one_drawing_and_another_photograph_to_test():
    few, more = cluttered_shapes(4, seed=1), cluttered_shapes(6, seed=1)
    assert np.array_equal(few.images, more.images[:4])
    assert not np.array_equal(few.images, cluttered_shapes(4, seed=2).images)
    assert not set(SPLITS["train"]) & set(SPLITS["test"])


def test_range_and_types(scenes):
    assert scenes.images.dtype == np.float32
    assert 0 <= scenes.images.min() < scenes.images.max() <= 1
    assert scenes.images.shape == (60, 3, 64, 64)


def test_arguments_are_named():
    with pytest.raises(ArgumentError, match="split: expected 'train' or 'test'"):
        cluttered_shapes(1, split="validation")
    with pytest.raises(ArgumentError, match="size: expected at most 160 pixels, got 161"):
        cluttered_shapes(1, size=161)
    with pytest.raises(ArgumentError, match="objects"):
        cluttered_shapes(1, objects=(0, 2))
