"""Solids from points, as a lab."""

import numpy as np

from cnncourse.data import solids
from cnncourse.labs.points import distances, tilt


def test_lab_points(prove_lab):
    report = prove_lab("points")
    assert all(found.beats_baseline for found in report.outcome.measured)


def test_distances_know_neither_order_nor_position():
    clouds = solids(6, points=40)
    shuffled = clouds.images[:, :, np.random.default_rng(0).permutation(40)]
    tilted = tilt(clouds, 50).images
    for other in (shuffled, tilted):
        np.testing.assert_allclose(distances(other), distances(clouds.images), atol=1e-6)
    assert np.abs(tilted - clouds.images).max() > 0.3
