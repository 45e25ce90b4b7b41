"""The lab on generative adversarial networks, and who judges generated digits."""

import numpy as np

from cnncourse.data import load
from cnncourse.labs.judging import gaussian_samples


def test_lab(prove_lab):
    report = prove_lab("gan")
    collapse = report.outcome.measured[-1]
    assert collapse.metric == "evenness of the classes, GAN"
    assert collapse.beats_baseline, "a generator that ran ahead makes fewer kinds of digits"


def test_baseline_has_the_mean_and_covariance_of_the_digits():
    images = load("digits").images * 0.2 + 0.4  # away from 0 and 1, so nothing is clipped
    samples = gaussian_samples(images, 20_000)
    flat, drawn = (x.reshape(len(x), -1) for x in (images, samples))
    np.testing.assert_allclose(drawn.mean(0), flat.mean(0), atol=0.003)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(flat.T), atol=3e-4)
    assert np.array_equal(samples, gaussian_samples(images, 20_000))
