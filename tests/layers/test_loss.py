"""Losses against numbers worked by hand, the loop, PyTorch and differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812

from cnncourse.errors import ArgumentError, CourseError, ShapeError
from cnncourse.gradcheck import gradcheck
from cnncourse.layers import (
    MeanSquaredError,
    SoftmaxCrossEntropy,
    mean_squared_error,
    mean_squared_error_backward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_loop,
)

TOLERANCE = {np.float32: 1e-5, np.float64: 1e-13}
grid = settings(deadline=None, derandomize=True, max_examples=80)


def test_cross_entropy_by_hand():
    # probabilities 1/8, 2/8, 5/8 and 1/4, 1/4, 1/2; the right classes have 2/8 and 1/2
    logits = np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 6.0]])
    labels = np.array([1, 2])
    assert softmax_cross_entropy(logits, labels) == pytest.approx(math.log(4 * 2) / 2)
    gradient = softmax_cross_entropy_backward(logits, labels)
    assert gradient == pytest.approx(np.array([[1, -6, 5], [2, 2, -4]]) / 16)


def test_label_smoothing_by_hand():
    # wanted: 0.3 spread over three classes, 0.7 more for class 0
    logits = np.log([[1.0, 2.0, 5.0]])
    loss = softmax_cross_entropy(logits, [0], label_smoothing=0.3)
    assert loss == pytest.approx(0.8 * math.log(8) + 0.1 * math.log(4) + 0.1 * math.log(8 / 5))
    gradient = softmax_cross_entropy_backward(logits, [0], label_smoothing=0.3)
    assert gradient[0] == pytest.approx([1 / 8 - 0.8, 2 / 8 - 0.1, 5 / 8 - 0.1])


def test_squared_error_by_hand():
    prediction, target = np.array([[1.0, 2.0], [3.0, 4.0]]), [[1, 0], [0, 3]]
    assert mean_squared_error(prediction, target) == (0 + 4 + 9 + 1) / 4
    assert mean_squared_error_backward(prediction, target).tolist() == [[0, 1], [1.5, 0.5]]


@st.composite
def scores(draw):
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    N, K = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    scale = draw(st.sampled_from([0.1, 3.0, 100.0]))
    logits = (scale * rng.standard_normal((N, K))).astype(dtype)
    return logits, rng.integers(0, K, N), draw(st.sampled_from([0.0, 0.1, 0.9]))


@given(drawn=scores(), label_type=st.sampled_from([np.int64, np.int32, np.uint8]))
@grid
def test_cross_entropy_agrees_with_pytorch_and_its_loop(drawn, label_type):
    logits, labels, smoothing = drawn
    tensor = torch.from_numpy(logits).requires_grad_()
    theirs = F.cross_entropy(tensor, torch.from_numpy(labels), label_smoothing=smoothing)
    theirs.backward()
    labels = labels.astype(label_type)
    tolerance = TOLERANCE[logits.dtype.type]
    ours = softmax_cross_entropy(logits, labels, smoothing)
    assert ours.dtype == logits.dtype
    assert ours == pytest.approx(theirs.item(), rel=tolerance, abs=tolerance)
    gradient = softmax_cross_entropy_backward(logits, labels, smoothing)
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), atol=tolerance)
    if np.abs(logits).max() < 80:
        loop = softmax_cross_entropy_loop(logits, labels, smoothing)
        assert ours == pytest.approx(loop, rel=tolerance, abs=tolerance)


@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32),
)
@grid
def test_squared_error_agrees_with_pytorch(shape, dtype, seed):
    prediction, target = np.random.default_rng(seed).standard_normal((2, *shape)).astype(dtype)
    tensor = torch.from_numpy(prediction.copy()).requires_grad_()
    theirs = F.mse_loss(tensor, torch.from_numpy(target.copy()))
    theirs.backward()
    ours = mean_squared_error(prediction, target)
    assert ours.dtype == dtype
    assert ours == pytest.approx(theirs.item(), rel=TOLERANCE[dtype])
    np.testing.assert_allclose(
        mean_squared_error_backward(prediction, target), tensor.grad.numpy(), rtol=TOLERANCE[dtype]
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_gradients_agree_with_differences(smoothing):
    rng = np.random.default_rng(0)
    logits, target = rng.standard_normal((2, 4, 5))
    labels = np.array([0, 4, 2, 2])
    for loss, against in ((SoftmaxCrossEntropy(smoothing), labels), (MeanSquaredError(), target)):
        loss.forward(logits, against)
        check = gradcheck(lambda x: loss.forward(x, against), logits, loss.backward())  # noqa: B023
        assert check, check


def test_rows_of_the_gradient_sum_to_zero():
    logits = np.random.default_rng(0).standard_normal((4, 5))
    for smoothing in (0, 0.3):
        gradient = softmax_cross_entropy_backward(logits, [0, 1, 2, 3], smoothing)
        np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-15)


def test_scores_of_ten_thousand():
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]])
    assert softmax_cross_entropy(logits, [0, 1]) == 0
    assert softmax_cross_entropy(logits, [1, 1]) == 1e4
    assert softmax_cross_entropy_backward(logits, [1, 1]).tolist() == [[0.5, -0.5], [0, 0]]
    assert softmax_cross_entropy(logits, [1, 1], label_smoothing=0.5) == pytest.approx(1e4)


def test_excluded_classes():
    """A score of -inf has probability 0: no loss unless it is the right class."""
    logits = np.array([[-np.inf, 0.0, 0.0]])
    assert softmax_cross_entropy(logits, [1]) == pytest.approx(math.log(2))
    assert softmax_cross_entropy(logits, [0]) == np.inf
    assert softmax_cross_entropy(logits, [1], label_smoothing=0.1) == np.inf


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batch_of_nothing(dtype):
    empty, full = np.zeros((0, 3), dtype), torch.zeros(0, 3)
    labels = np.zeros(0, int)
    assert math.isnan(F.cross_entropy(full, torch.zeros(0, dtype=torch.long)))
    for loss, against in ((SoftmaxCrossEntropy(0.1), labels), (MeanSquaredError(), empty)):
        value = loss.forward(empty, against)
        assert math.isnan(value)
        assert value.dtype == dtype
        assert loss.backward().shape == (0, 3)
    assert math.isnan(softmax_cross_entropy_loop(empty, []))


def test_nan_makes_the_loss_nan():
    logits = np.array([[np.nan, 0], [0, 0]])
    assert math.isnan(softmax_cross_entropy(logits, [1, 1]))
    gradient = softmax_cross_entropy_backward(logits, [1, 1])
    assert np.isnan(gradient).tolist() == [[True, True], [False, False]]
    assert math.isnan(mean_squared_error(logits, np.zeros((2, 2))))


def test_memory_order_and_inputs():
    rng = np.random.default_rng(0)
    logits, target = rng.standard_normal((2, 6, 4))
    labels = rng.integers(0, 4, 12)[::2]
    other = np.asfortranarray(logits)
    expected = softmax_cross_entropy(logits, labels.copy(), 0.1)
    kept = other.copy(), labels.copy()
    assert softmax_cross_entropy(other, labels, 0.1) == expected
    softmax_cross_entropy_backward(other, labels, 0.1)
    assert mean_squared_error(other, target) == mean_squared_error(logits, target)
    assert (other == kept[0]).all()
    assert (labels == kept[1]).all()


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.ones(3), [0], r"^logits: expected an array of shape \(N, K\), got 1 axes"),
        (np.ones((2, 3, 4)), [0, 1], r"^logits: expected an array of shape \(N, K\), got 3 axes"),
        (np.ones((2, 0)), [0, 0], r"^logits: expected .* with nothing empty"),
        (np.ones((2, 3)), [0], r"^labels: expected shape \(2,\), got \(1,\)"),
        (np.ones((2, 3)), [[0], [1]], r"^labels: expected shape \(2,\), got \(2, 1\)"),
        (np.ones((2, 3)), [0, 3], r"^labels: expected classes from 0 to 2, got 3 in row 1"),
        (np.ones((2, 3)), [-1, 0], r"^labels: expected classes from 0 to 2, got -1 in row 0"),
        (np.ones((2, 3)), [0.0, 1.0], r"^labels: expected integers, .* got float64"),
        (np.ones((2, 3), int), [0, 1], r"^logits: expected float32 or float64, got int64"),
    ],
)
def test_bad_scores_and_labels(logits, labels, message):
    for function in (
        softmax_cross_entropy, softmax_cross_entropy_backward, softmax_cross_entropy_loop
    ):  # fmt: skip
        with pytest.raises(ArgumentError, match=message):
            function(logits, labels)


@pytest.mark.parametrize("smoothing", [-0.1, 1, math.nan])
def test_bad_smoothing(smoothing):
    for call in (
        lambda s: softmax_cross_entropy(np.ones((1, 2)), [0], s), SoftmaxCrossEntropy
    ):  # fmt: skip
        with pytest.raises(ArgumentError, match=r"^label_smoothing: expected a number from 0 to"):
            call(smoothing)


def test_target_of_another_shape_is_not_stretched():
    for function in (mean_squared_error, mean_squared_error_backward):
        with pytest.raises(ShapeError, match=r"^target: expected shape \(3, 1\), got \(3,\)"):
            function(np.ones((3, 1)), np.ones(3))


@pytest.mark.parametrize("loss", [SoftmaxCrossEntropy(), MeanSquaredError()])
def test_backward_before_forward(loss):
    with pytest.raises(CourseError, match=f"{type(loss).__name__}: backward before forward"):
        loss.backward()
