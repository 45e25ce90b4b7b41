"""The lab on segmentation."""

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from cnncourse.data import digits, photograph
from cnncourse.errors import ShapeError
from cnncourse.labs.segmentation import neighbourhoods, otsu_threshold


def test_lab(prove_lab):
    report = prove_lab("segmentation")
    found = {(row.metric, row.baseline): row for row in report.outcome.measured}
    assert found["mean IoU, U-Net", "without skips"].beats_baseline
    assert all(0 < row.value < 1 for row in found.values())


def test_otsus_threshold_divides_as_scikit_images_does():
    for values in (digits()[0], photograph("cat", gray=True)):
        mine, theirs = (values > cut for cut in (otsu_threshold(values), threshold_otsu(values)))
        assert (mine != theirs).mean() < 0.005  # its thresholds are pixels, ours bins' centres
    with pytest.raises(ShapeError, match="values"):
        otsu_threshold(np.empty(0))


def test_neighbourhoods_are_means_and_deviations():
    image = np.random.default_rng(0).uniform(size=(1, 1, 20, 20)).astype(np.float32)
    row = neighbourhoods(image).reshape(20, 20, 7)[9, 12]
    piece = image[0, 0, 8:11, 11:14]
    expected = [image[0, 0, 9, 12], piece.mean(), piece.std()]
    np.testing.assert_allclose(row[:3], expected, rtol=1e-4)
