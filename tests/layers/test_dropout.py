"""Dropout: its numbers, its statistics, its gradient."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.errors import ArgumentError, CourseError, ShapeError
from cnncourse.gradcheck import gradcheck_layer
from cnncourse.layers import Dropout, Sequential, dropout, dropout_backward


def test_by_hand():
    x = np.arange(1.0, 9)
    y, mask = dropout(x, p=0.75, rng=3)
    kept = mask != 0
    assert set(mask.tolist()) == {0, 4}  # 1 / (1 - 0.75)
    assert y[kept].tolist() == (4 * x[kept]).tolist()
    assert not y[~kept].any()
    assert dropout_backward(np.ones(8), mask).tolist() == mask.tolist()


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_expected_value_is_kept(p):
    y, mask = dropout(np.ones(200_000), p, rng=0)
    deviation = np.sqrt(p / (1 - p) / y.size)  # of the mean of numbers of variance p / (1 - p)
    assert abs(y.mean() - 1) < 4 * deviation
    assert abs((mask == 0).mean() - p) < 4 * np.sqrt(p * (1 - p) / y.size)


def test_no_dropout_changes_nothing():
    x = np.random.default_rng(0).standard_normal(10)
    y, mask = dropout(x, p=0)
    assert y.tolist() == x.tolist()
    assert mask.tolist() == [1] * 10


@given(
    p=st.floats(0, 0.95),
    dtype=st.sampled_from([np.float32, np.float64]),
    shape=st.lists(st.integers(0, 4), min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
)
@settings(deadline=None, derandomize=True, max_examples=60)
def test_both_ways_agree_with_pytorch_given_the_same_draw(p, dtype, shape, seed):
    rng = np.random.default_rng(seed)
    x, grad_output = rng.standard_normal((2, *shape)).astype(dtype)
    y, mask = dropout(x, p, rng=seed)
    tensor = torch.from_numpy(x.copy()).requires_grad_()
    # PyTorch's own definition: keep, and divide by the chance of being kept
    theirs = tensor * torch.from_numpy(mask != 0) / (1 - p)
    theirs.backward(torch.from_numpy(grad_output.copy()))
    rtol = 1e-6 if dtype == np.float32 else 1e-14
    np.testing.assert_allclose(y, theirs.detach().numpy(), rtol=rtol)
    np.testing.assert_allclose(dropout_backward(grad_output, mask), tensor.grad.numpy(), rtol=rtol)


def test_survivors_are_scaled_as_pytorch_scales_them():
    theirs = torch.nn.functional.dropout(torch.ones(1000, dtype=torch.float64), 0.3).numpy()
    ours, _ = dropout(np.ones(1000), 0.3)
    assert set(theirs) == set(ours) == {0, 1 / 0.7}


def test_same_seed_same_draw_and_a_generator_moves_on():
    x = np.ones(100)
    assert (dropout(x, rng=5)[0] == dropout(x, rng=5)[0]).all()
    rng = np.random.default_rng(5)
    first, second = dropout(x, rng=rng)[0], dropout(x, rng=rng)[0]
    assert (first == dropout(x, rng=5)[0]).all()
    assert (first != second).any()


def test_layer_drops_only_in_training():
    layer = Dropout(0.5, rng=0)
    model = Sequential(layer)
    x = np.ones(1000)
    assert 0.4 < (model.forward(x) == 0).mean() < 0.6
    model.eval()
    state = layer.rng.bit_generator.state
    assert model.forward(x).tolist() == x.tolist()
    assert model.backward(x).tolist() == x.tolist()
    assert layer.rng.bit_generator.state == state
    model.train()
    y = model.forward(x)
    assert (y == 0).any()
    assert model.backward(x).tolist() == y.tolist()


@pytest.mark.parametrize("training", [True, False])
def test_layer_agrees_with_differences(training):
    layer = Dropout(0.5, rng=0)
    layer.training = training
    checks = gradcheck_layer(layer, np.random.default_rng(1).standard_normal((3, 4)))
    assert checks["x"], checks["x"]


@pytest.mark.parametrize("p", [-0.1, 1, 1.5, float("nan"), "0.5"])
def test_bad_chance(p):
    for call in (lambda p: dropout(np.ones(2), p), Dropout):
        with pytest.raises(ArgumentError, match=r"^p: expected a number from 0 to below 1"):
            call(p)


def test_gradient_of_another_shape():
    with pytest.raises(ShapeError, match=r"^grad_output: expected shape \(2,\), got \(3,\)"):
        dropout_backward(np.ones(3), np.ones(2))


def test_backward_before_forward():
    with pytest.raises(CourseError, match="Dropout: backward before forward"):
        Dropout().backward(np.ones(2))
