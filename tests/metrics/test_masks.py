"""Overlap of masks: by hand, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, jaccard_score

from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.metrics.masks import confusion, dice, iou, mean_iou


@pytest.fixture(scope="module")
def labellings():
    rng = np.random.default_rng(0)
    return rng.integers(4, size=(2, 3, 20, 30))


def test_two_squares_by_hand():
    # 4 x 4 and 4 x 4 pixels that share 2 x 4: 8 of 24
    a, b = np.zeros((8, 8), bool), np.zeros((8, 8), bool)
    a[:4, :4], b[2:6, :4] = True, True
    assert iou(a, b, 2)[1] == pytest.approx(8 / 24)
    assert dice(a, b) == pytest.approx(16 / 32)


def test_agreement_with_scikit_learn(labellings):
    prediction, target = labellings
    flat = target.ravel(), prediction.ravel()
    assert np.array_equal(confusion(prediction, target, 4), confusion_matrix(*flat))
    np.testing.assert_allclose(iou(prediction, target, 4), jaccard_score(*flat, average=None))
    assert mean_iou(prediction, target, 4) == pytest.approx(jaccard_score(*flat, average="macro"))
    assert dice(prediction == 2, target == 2) == pytest.approx(f1_score(flat[0] == 2, flat[1] == 2))


def test_dice_and_jaccard_say_the_same_in_other_numbers(labellings):
    a, b = labellings == 1
    jaccard = iou(a, b, 2)[1]
    assert dice(a, b) == pytest.approx(2 * jaccard / (1 + jaccard))


def test_a_class_nobody_speaks_of_is_not_averaged():
    assert np.isnan(iou([0, 1], [0, 1], 3)[2])
    assert mean_iou([0, 1], [0, 1], 3) == 1
    assert mean_iou([0, 2], [0, 1], 3) == pytest.approx(1 / 3)  # an invented class counts


def test_empty_masks_agree():
    nothing = np.zeros(5, bool)
    assert dice(nothing, nothing) == 1
    assert dice(~nothing, nothing) == 0


def test_arguments_are_named():
    with pytest.raises(ShapeError, match="prediction"):
        iou([0, 1], [0], 2)
    with pytest.raises(ArgumentError, match="target: expected classes from 0 to 1, got 0 to 2"):
        confusion([0, 1], [0, 2], 2)
    with pytest.raises(ArgumentError, match="prediction: expected integers"):
        confusion([0.5, 1.0], [0, 1], 2)
    with pytest.raises(ShapeError, match="target: expected at least one pixel"):
        mean_iou(np.empty(0, int), np.empty(0, int), 2)
