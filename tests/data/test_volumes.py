"""Generated scans: lesions are balls, vessels go through, and one slice does not tell."""

import numpy as np
import pytest
from scipy.ndimage import label

from cnncourse.data.volumes import RADII, scans
from cnncourse.errors import ArgumentError


@pytest.fixture(scope="module")
def drawn():
    return scans(12, seed=3)


def test_vessels_are_in_every_slice_and_lesions_in_a_few(drawn):
    assert drawn.vessels.any(axis=(2, 3)).all()
    for lesions in drawn.lesions:
        parts, count = label(lesions)
        for k in range(1, count + 1):
            depth = np.flatnonzero((parts == k).any(axis=(1, 2)))
            assert 2 <= len(depth) <= 2 * RADII[1] + 1
    assert drawn.lesions.any(axis=(1, 2, 3)).mean() > 0.8


def test_they_never_touch(drawn):
    for lesions, vessels in zip(drawn.lesions, drawn.vessels, strict=True):
        apart = label(lesions | vessels)[1]
        assert apart == label(lesions)[1] + label(vessels)[1]


def test_both_have_one_brightness(drawn):
    images = drawn.images[:, 0]
    lesion, vessel = images[drawn.lesions].mean(), images[drawn.vessels].mean()
    assert lesion == pytest.approx(vessel, abs=0.02)
    rest = images[~drawn.lesions & ~drawn.vessels]
    assert rest.mean() < 0.5 < lesion


def test_one_seed_one_drawing(drawn):
    again = scans(2, seed=3)
    assert np.array_equal(again.images, drawn.images[:2])
    assert not np.array_equal(again.images, scans(2, seed=4).images)
    assert scans(0).images.shape == (0, 1, 16, 32, 32)


def test_size_is_named():
    with pytest.raises(ArgumentError, match="size: expected depth, height, width of at least"):
        scans(1, size=(16, 16, 32))
