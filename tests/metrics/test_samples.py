"""Distances between sets of samples: in closed form, and against SciPy's matrix root."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.samples import class_entropy, frechet_distance, precision_recall


@pytest.fixture(scope="module")
def clouds():
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(5, 5))
    return rng.normal(size=(300, 5)) @ mixing + 1, rng.normal(size=(200, 5))


def test_frechet_distance_agrees_with_the_formula_in_scipy(clouds):
    x, y = clouds
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    expected = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert frechet_distance(x, y) == pytest.approx(expected)
    assert frechet_distance(y, x) == pytest.approx(expected)


def test_frechet_distance_in_closed_form(clouds):
    x, _ = clouds
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(x + 2, x) == pytest.approx(5 * 2**2)
    variances = x.var(axis=0, ddof=1).sum()  # scaling by 3: deviations differ by twice themselves
    centred = x - x.mean(0)
    assert frechet_distance(3 * centred, centred) == pytest.approx(4 * variances)


def test_fewer_samples_than_features_are_no_error():
    rng = np.random.default_rng(1)
    assert np.isfinite(frechet_distance(rng.normal(size=(3, 8)), rng.normal(size=(4, 8))))


def test_a_collapsed_generator_is_precise_but_reaches_little(clouds):
    _, real = clouds
    collapsed = real[:1] + np.random.default_rng(2).normal(0, 0.01, (100, 5))
    precision, recall = precision_recall(collapsed, real)
    assert precision == 1
    assert recall < 0.05


def test_noise_is_not_precise_and_the_real_is_both(clouds):
    _, real = clouds
    assert precision_recall(real, real) == (1, 1)
    far = np.random.default_rng(3).normal(20, 1, (100, 5))
    assert precision_recall(far, real) == (0, 0)


def test_entropy_by_hand():
    assert class_entropy([0, 0, 1, 1], 4) == pytest.approx(0.5)  # log 2 / log 4


def test_arguments_are_named():
    rows = np.zeros((4, 2))
    with pytest.raises(ShapeError, match="samples: expected 2 features"):
        frechet_distance(np.zeros((4, 3)), rows)
    with pytest.raises(ShapeError, match="reference: expected at least two rows"):
        frechet_distance(rows, np.zeros((1, 2)))
    with pytest.raises(ArgumentError, match="neighbours: expected 1 to 3, got 4"):
        precision_recall(rows, rows, neighbours=4)
    with pytest.raises(ArgumentError, match="labels"):
        class_entropy([0, 9], 4)
    with pytest.raises(ArgumentError, match="num_classes"):
        class_entropy([0], 1)
