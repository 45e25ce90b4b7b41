"""Precision, recall and areas, against hand-worked cases and scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.signals import (
    average_precision,
    best_threshold,
    precision_recall,
    precision_recall_curve,
    roc_auc,
)


@pytest.fixture(params=[(0, 50, None), (1, 400, None), (2, 300, 1), (3, 60, 0)])
def scored(request):
    """Scores and truth; the last ones are rounded, so that many are equal."""
    seed, count, decimals = request.param
    rng = np.random.default_rng(seed)
    true = rng.random(count) < 0.3
    scores = true + rng.normal(0, 1, count)
    return (scores if decimals is None else scores.round(decimals)), true


def test_areas_are_scikit_learns(scored):
    scores, true = scored
    assert average_precision(scores, true) == pytest.approx(
        metrics.average_precision_score(true, scores)
    )
    assert roc_auc(scores, true) == pytest.approx(metrics.roc_auc_score(true, scores))


def test_the_curve_is_precision_and_recall_at_each_threshold(scored):
    scores, true = scored
    for precision, recall, threshold in zip(*precision_recall_curve(scores, true), strict=True):
        found = scores >= threshold
        assert precision_recall(found, true) == pytest.approx((precision, recall))
        assert precision == pytest.approx(metrics.precision_score(true, found))
        assert recall == pytest.approx(metrics.recall_score(true, found))


def test_no_threshold_has_a_better_f1(scored):
    scores, true = scored
    best = metrics.f1_score(true, scores >= best_threshold(scores, true))
    assert best == max(metrics.f1_score(true, scores >= value) for value in set(scores.tolist()))


def test_by_hand():
    # from the highest score: hit, miss, hit, miss; AP = (1 + 2/3) / 2, three of four pairs in order
    scores, true = [4.0, 3.0, 2.0, 1.0], [1, 0, 1, 0]
    assert average_precision(scores, true) == pytest.approx(5 / 6)
    assert roc_auc(scores, true) == pytest.approx(3 / 4)
    assert precision_recall([0, 0, 0, 0], true) == (1.0, 0.0)


def test_scores_without_meaning_get_the_share_and_a_half():
    assert average_precision(np.zeros(10), np.arange(10) < 3) == pytest.approx(0.3)
    assert roc_auc(np.zeros(10), np.arange(10) < 3) == 0.5


def test_bad_input_is_named():
    with pytest.raises(ShapeError, match=r"scores: expected the shape of what is true, \(3,\)"):
        average_precision([1.0, 2.0], [1, 0, 0])
    with pytest.raises(ArgumentError, match="true: expected at least one that is, got none"):
        precision_recall([1, 0], [0, 0])
    with pytest.raises(ArgumentError, match="true: expected some that are not"):
        roc_auc([1.0, 2.0], [1, 1])
