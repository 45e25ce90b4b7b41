"""Generated shapes: the ground truth is true."""

import numpy as np
import pytest

from cnncourse.data import shapes
from cnncourse.data.shapes import CLASSES
from cnncourse.errors import ArgumentError


@pytest.fixture(scope="module")
def scenes():
    return shapes(60, size=64, objects=(1, 5), seed=2)


def test_boxes_are_the_extent_of_the_masks(scenes):
    for mask, boxes, classes in zip(scenes.masks, scenes.boxes, scenes.classes, strict=True):
        assert len(boxes) == len(classes) == mask.max()
        for k, (x1, y1, x2, y2) in enumerate(boxes.astype(int), start=1):
            rows, columns = np.nonzero(mask == k)
            assert (columns.min(), columns.max() + 1) == (x1, x2)
            assert (rows.min(), rows.max() + 1) == (y1, y2)


def test_boxes_do_not_overlap(scenes):
    for boxes in scenes.boxes:
        painted = np.zeros((64, 64), int)
        for x1, y1, x2, y2 in boxes.astype(int):
            painted[y1:y2, x1:x2] += 1
        assert painted.max() == 1


def test_objects_stand_out_where_the_mask_says(scenes):
    for image, mask in zip(scenes.images, scenes.masks, strict=True):
        background = image[:, mask == 0].mean(axis=1)
        for k in range(1, mask.max() + 1):
            inside = image[:, mask == k].mean(axis=1)
            assert np.linalg.norm(inside - background) > 0.2


@pytest.mark.parametrize(
    ("name", "share"),  # of the circle through the outermost points that the shape fills
    [("circle", 1.0), ("ring", 1 - 0.55**2), ("square", 2 / np.pi)],
)
def test_areas_are_those_of_the_shapes(name, share):
    one = shapes(len(CLASSES) * 8, size=128)
    filled = []
    for mask, (kind,) in zip(one.masks, one.classes, strict=True):
        if CLASSES[kind] == name:
            y, x = np.nonzero(mask)
            outermost = np.hypot(x - x.mean(), y - y.mean()).max()
            filled.append(mask.sum() / (np.pi * outermost**2))
    assert len(filled) == 8
    assert np.mean(filled) == pytest.approx(share, rel=0.06)


def test_one_seed_one_drawing_and_balanced_classes():
    ten, twenty = shapes(12, seed=4), shapes(24, seed=4)
    assert np.array_equal(ten.images, twenty.images[:12])
    assert not np.array_equal(ten.images, shapes(12, seed=5).images)
    assert np.bincount(np.concatenate(twenty.classes)).tolist() == [4] * 6


def test_range_and_types(scenes):
    assert scenes.images.dtype == np.float32
    assert 0 <= scenes.images.min() < scenes.images.max() <= 1
    assert scenes.masks.dtype == np.uint8


def test_a_crowd_in_the_smallest_image_and_no_image_at_all():
    crowd = shapes(20, size=16, objects=(20, 20))
    assert all(1 <= len(boxes) <= 20 for boxes in crowd.boxes)
    assert shapes(0).images.shape == (0, 3, 32, 32)


def test_arguments_are_named():
    with pytest.raises(ArgumentError, match="size: expected at least 16 pixels, got 15"):
        shapes(1, size=15)
    with pytest.raises(ArgumentError, match="objects"):
        shapes(1, objects=(3, 2))
