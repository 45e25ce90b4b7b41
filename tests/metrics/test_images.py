"""PSNR and SSIM against scikit-image's."""

import math

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from cnncourse.data import photograph
from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.images import psnr, ssim


@pytest.mark.parametrize("data_range", [1.0, 255.0])
def test_agreement_with_scikit_image(data_range):
    reference = photograph("cat", gray=True, max_side=96) * data_range
    noise = np.random.default_rng(0).normal(0, 0.05 * data_range, reference.shape)
    for image in (reference + noise, np.roll(reference, 2, axis=1), 0.5 * reference):
        assert psnr(image, reference, data_range) == pytest.approx(
            peak_signal_noise_ratio(reference, image, data_range=data_range)
        )
        assert ssim(image, reference, data_range) == pytest.approx(
            structural_similarity(reference, image, data_range=data_range)
        )


def test_equal_images():
    image = photograph("cat", gray=True, max_side=32)
    assert psnr(image, image) == math.inf
    assert ssim(image, image) == pytest.approx(1)


def test_arguments_are_named():
    with pytest.raises(ShapeError, match="image: expected pixels in the reference's shape"):
        psnr(np.zeros((2, 3)), np.zeros((3, 2)))
    with pytest.raises(ShapeError, match="at least 7 pixels both ways"):
        ssim(np.zeros((6, 9)), np.zeros((6, 9)))
    with pytest.raises(ArgumentError, match="data_range"):
        psnr(np.zeros(2), np.ones(2), data_range=0)
