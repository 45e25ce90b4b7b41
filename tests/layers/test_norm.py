"""Normalisation against numbers worked by hand, the loops, PyTorch and differences."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812

from cnncourse import layers
from cnncourse.errors import ArgumentError, CourseError, ShapeError
from cnncourse.gradcheck import gradcheck, gradcheck_layer
from cnncourse.layers import BatchNorm, GroupNorm, LayerNorm

TOLERANCE = {np.float32: 2e-5, np.float64: 1e-11}
grid = settings(deadline=None, derandomize=True, max_examples=60)


def close(ours, theirs):
    tolerance = TOLERANCE[ours.dtype.type]
    largest = max(1.0, float(np.abs(theirs).max()))
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * largest)


def compare(ours, ours_backward, theirs, x, weight, bias, seed):
    """Forward and backward of both, on the same arrays."""
    grad_output = np.random.default_rng(seed + 1).standard_normal(x.shape).astype(x.dtype)
    tensors = [torch.from_numpy(a.copy()).requires_grad_() for a in (x, weight, bias)]
    y = theirs(*tensors)
    y.backward(torch.from_numpy(grad_output))
    close(ours(x, weight, bias), y.detach().numpy())
    for gradient, tensor in zip(ours_backward(grad_output, x, weight), tensors, strict=True):
        close(gradient, tensor.grad.numpy())


@st.composite
def batches(draw, divisible_by=1):
    """A batch of 0 to 3 spatial axes, and one weight and bias for each channel."""
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    spatial = draw(st.lists(st.integers(1, 4), max_size=3))
    channels = divisible_by * draw(st.integers(1, 6 // divisible_by))
    shape = (draw(st.integers(2, 4)), channels, *spatial)
    seed = draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape) + draw(st.sampled_from([0.0, 3.0]))
    x *= draw(st.sampled_from([0.1, 1.0, 20.0]))
    weight, bias = rng.standard_normal((2, shape[1]))
    return x.astype(dtype), weight.astype(dtype), bias.astype(dtype), seed


# --- batch norm ---


def test_batch_norm_by_hand():
    # channel 0: mean 3, variance (4 + 0 + 0 + 4) / 4 = 2; channel 1 is constant
    x = np.array([[[1.0, 3.0], [5.0, 5.0]], [[3.0, 5.0], [5.0, 5.0]]])
    root = math.sqrt(2)
    y = layers.batch_norm(x, eps=1e-12)
    assert y[:, 0] == pytest.approx(np.array([[-root, 0], [0, root]]))
    assert y[:, 1].tolist() == [[0, 0], [0, 0]]
    y = layers.batch_norm(x, weight=[root, 1], bias=[1, 7], eps=1e-12)
    assert y[:, 0] == pytest.approx(np.array([[-1, 1], [1, 3]]))
    assert y[:, 1].tolist() == [[7, 7], [7, 7]]


def test_batch_norm_in_use_by_hand():
    x = np.array([[[1.0, 3.0]], [[3.0, 5.0]]])
    y = layers.batch_norm(x, running_mean=[1.0], running_var=[3.0], weight=[4], bias=[1], eps=1)
    assert y.tolist() == [[[1, 5]], [[5, 9]]]
    grads = layers.batch_norm_backward(np.ones_like(x), x, [1.0], [3.0], [4.0], eps=1)
    assert [g.tolist() for g in grads] == [[[[2, 2]], [[2, 2]]], [0 + 1 + 1 + 2], [4]]


def test_running_statistics_by_hand():
    # mean 3; unbiased variance (4 + 0 + 0 + 4) / 3
    x = np.array([[[1.0, 3.0]], [[3.0, 5.0]]])
    mean, var = layers.running_statistics(x, [1.0], [2.0], momentum=0.25)
    assert mean == pytest.approx([0.75 * 1 + 0.25 * 3])
    assert var == pytest.approx([0.75 * 2 + 0.25 * 8 / 3])
    assert layers.running_statistics(x, [1.0], [2.0], momentum=0)[0].tolist() == [1]
    assert layers.running_statistics(x, [1.0], [2.0], momentum=1)[0].tolist() == [3]


def test_running_statistics_of_nothing_stay():
    mean, var = layers.running_statistics(np.zeros((0, 2, 3)), [1.0, 2.0], [3.0, 4.0])
    assert (mean.tolist(), var.tolist()) == ([1, 2], [3, 4])


@given(batch=batches())
@grid
def test_batch_norm_agrees_with_pytorch(batch):
    x, weight, bias, seed = batch
    compare(
        lambda x, w, b: layers.batch_norm(x, weight=w, bias=b),
        lambda g, x, w: layers.batch_norm_backward(g, x, weight=w),
        lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True),
        x, weight, bias, seed,
    )  # fmt: skip


@given(batch=batches())
@grid
def test_batch_norm_in_use_agrees_with_pytorch(batch):
    x, weight, bias, seed = batch
    mean, var = np.random.default_rng(seed).uniform(0.1, 2, (2, x.shape[1])).astype(x.dtype)
    statistics = torch.from_numpy(mean), torch.from_numpy(var)
    compare(
        lambda x, w, b: layers.batch_norm(x, mean, var, w, b),
        lambda g, x, w: layers.batch_norm_backward(g, x, mean, var, w),
        lambda x, w, b: F.batch_norm(x, *statistics, w, b, training=False),
        x, weight, bias, seed,
    )  # fmt: skip


@given(batch=batches())
@grid
def test_batch_norm_equals_its_loop(batch):
    x, weight, bias, _ = batch
    close(layers.batch_norm(x, weight=weight, bias=bias), layers.batch_norm_loop(x, weight, bias))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_running_statistics_follow_pytorch_over_ten_batches(dtype):
    rng = np.random.default_rng(0)
    ours = BatchNorm(3, momentum=0.3, dtype=dtype)
    theirs = torch.nn.BatchNorm2d(3, momentum=0.3, dtype=torch.from_numpy(np.ones(1, dtype)).dtype)
    for _ in range(10):
        x = (5 + 2 * rng.standard_normal((4, 3, 5, 6))).astype(dtype)
        close(ours.forward(x), theirs(torch.from_numpy(x)).detach().numpy())
        close(ours.running_mean, theirs.running_mean.numpy())
        close(ours.running_var, theirs.running_var.numpy())
    ours.eval()
    theirs.eval()
    close(ours.forward(x), theirs(torch.from_numpy(x)).detach().numpy())


def test_use_leaves_the_running_statistics():
    layer = BatchNorm(2)
    layer.eval()
    layer.forward(np.random.default_rng(0).standard_normal((4, 2)))
    assert layer.running_mean.tolist() == [0, 0]
    assert layer.running_var.tolist() == [1, 1]


def test_backward_uses_the_statistics_of_its_forward():
    """Even if the layer was switched, or moved its statistics, in between."""
    x = np.random.default_rng(0).standard_normal((4, 2))
    layer = BatchNorm(2)
    layer.eval()
    layer.forward(x)
    layer.running_mean = layer.running_mean + 1
    layer.train()
    expected = layers.batch_norm_backward(np.ones_like(x), x, np.zeros(2), np.ones(2))
    assert (layer.backward(np.ones_like(x)) == expected[0]).all()
    assert (layer.grads["weight"] == expected[1]).all()


# --- layer norm ---


def test_layer_norm_by_hand():
    # mean 2, variance (1 + 1) / 2; mean 5, variance 0
    x = np.array([[1.0, 3.0], [5.0, 5.0]])
    y = layers.layer_norm(x, 2, weight=[2, 3], bias=[10, 20], eps=1e-12)
    assert y == pytest.approx(np.array([[8, 23], [10, 20]]))


@st.composite
def samples(draw):
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    lead = draw(st.lists(st.integers(1, 3), max_size=2))
    # two numbers at least: the gradient of a single one is 0, and what remains is rounding
    shape = draw(st.lists(st.integers(2, 5), min_size=1, max_size=3))
    seed = draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    x, weight, bias = (rng.standard_normal(s) for s in ((*lead, *shape), shape, shape))
    return x.astype(dtype), weight.astype(dtype), bias.astype(dtype), seed


@given(sample=samples())
@grid
def test_layer_norm_agrees_with_pytorch_and_its_loop(sample):
    x, weight, bias, seed = sample
    eps = 1e-3
    compare(
        lambda x, w, b: layers.layer_norm(x, w.shape, w, b, eps),
        lambda g, x, w: layers.layer_norm_backward(g, x, w.shape, w, eps),
        lambda x, w, b: F.layer_norm(x, w.shape, w, b, eps),
        x, weight, bias, seed,
    )  # fmt: skip
    loop = layers.layer_norm_loop(x, weight.shape, weight, bias, eps)
    close(layers.layer_norm(x, weight.shape, weight, bias, eps), loop)


# --- group norm ---


def test_group_norm_by_hand():
    # channels 0 and 1 share mean 2 and variance 1, channels 2 and 3 mean 20 and variance 100
    x = np.array([[[1.0], [3.0], [10.0], [30.0]]])
    y = layers.group_norm(x, 2, weight=[1, 2, 3, 4], bias=[0, 0, 0, 5], eps=1e-12)
    assert y.ravel() == pytest.approx([-1, 2, -3, 9])


@given(batch=batches(divisible_by=2), groups=st.sampled_from([1, 2]))
@grid
def test_group_norm_agrees_with_pytorch_and_its_loop(batch, groups):
    x, weight, bias, seed = batch
    compare(
        lambda x, w, b: layers.group_norm(x, groups, w, b),
        lambda g, x, w: layers.group_norm_backward(g, x, groups, w),
        lambda x, w, b: F.group_norm(x, groups, w, b),
        x, weight, bias, seed,
    )  # fmt: skip
    loop = layers.group_norm_loop(x, groups, weight, bias)
    close(layers.group_norm(x, groups, weight, bias), loop)


def test_group_norm_meets_its_relatives():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 4, 3, 5))
    together = layers.layer_norm(x, (4, 3, 5))
    np.testing.assert_allclose(layers.group_norm(x, 1), together, atol=1e-13)
    alone = [layers.batch_norm(sample[None]) for sample in x]
    np.testing.assert_allclose(layers.group_norm(x, 4), np.concatenate(alone), atol=1e-13)


# --- the three alike ---

LAYERS = {
    "batch": lambda: BatchNorm(4),
    "layer": lambda: LayerNorm((4, 3)),
    "layer, last axis": lambda: LayerNorm(3),
    "group": lambda: GroupNorm(2, 4),
}
every = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)


@every
@pytest.mark.parametrize("training", [True, False])
def test_layers_agree_with_differences(make, training):
    layer = make()
    layer.training = training
    rng = np.random.default_rng(0)
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    checks = gradcheck_layer(layer, rng.standard_normal((5, 4, 3)))
    assert list(checks) == ["x", "weight", "bias"]
    assert all(checks.values()), [str(check) for check in checks.values()]


def test_functions_without_weights_agree_with_differences():
    rng = np.random.default_rng(0)
    x, grad_output = rng.standard_normal((2, 5, 4, 3))
    for forward, backward in (
        (layers.batch_norm, layers.batch_norm_backward),
        (lambda x: layers.layer_norm(x, 3), lambda g, x: layers.layer_norm_backward(g, x, 3)),
        (lambda x: layers.group_norm(x, 2), lambda g, x: layers.group_norm_backward(g, x, 2)),
    ):
        check = gradcheck(forward, x, backward(grad_output, x)[0], grad_output)
        assert check, check


def test_large_mean_does_not_drown_the_spread():
    """The variance is taken around the mean: the mean of squares minus its square would be lost."""
    x = (4096 + np.random.default_rng(0).standard_normal((64, 1, 8, 8))).astype(np.float32)
    for y in (layers.batch_norm(x), layers.layer_norm(x, (1, 8, 8)), layers.group_norm(x, 1)):
        assert y.std() == pytest.approx(1, abs=1e-3)
        assert abs(y.mean()) < 1e-3


def test_long_sums_in_float32_keep_their_digits():
    """Added up in float32, these would miss their mean by more than their spread."""
    x = (1000 + np.random.default_rng(0).standard_normal((200_000, 2))).astype(np.float32)
    y = layers.batch_norm(x)
    assert np.abs(y.mean(axis=0, dtype=np.float64)).max() < 1e-3
    assert y.std(axis=0, dtype=np.float64) == pytest.approx([1, 1], abs=1e-3)
    start = np.zeros(2, np.float32), np.ones(2, np.float32)
    running_mean, _ = layers.running_statistics(x, *start, momentum=1)
    assert running_mean == pytest.approx(x.mean(axis=0, dtype=np.float64), abs=1e-3)
    _, _, grad_bias = layers.batch_norm_backward(x, x)
    assert grad_bias == pytest.approx(x.sum(axis=0, dtype=np.float64), rel=1e-6)


@every
def test_backward_before_forward(make):
    with pytest.raises(CourseError, match="Norm: backward before forward"):
        make().backward(np.ones((5, 4, 3)))


@every
def test_first_weights_are_one_and_zero(make):
    layer = make()
    assert set(layer.params["weight"].ravel().tolist()) == {1}
    assert set(layer.params["bias"].ravel().tolist()) == {0}


# --- bad arguments ---

X = np.ones((5, 4, 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layers.batch_norm(np.ones(3)), r"^x: expected an array of shape \(N, C, \.\.\.\)"),
        (lambda: layers.group_norm(np.ones(3), 1), r"^x: expected an array of shape \(N, C, "),
        (lambda: layers.batch_norm(X, weight=np.ones(3)), r"^weight: expected shape \(4,\), got"),
        (lambda: layers.group_norm(X, 2, bias=np.ones(3)), r"^bias: expected shape \(4,\), got"),
        (lambda: layers.layer_norm(X, 3, np.ones(4)), r"^weight: expected shape \(3,\), got"),
        (lambda: layers.batch_norm(X, np.ones(3), np.ones(4)), r"^running_mean: expected shape "),
        (lambda: layers.batch_norm(X, np.ones(4), np.ones(3)), r"^running_var: expected shape "),
        (lambda: layers.batch_norm(np.ones((1, 4))), r"^x: expected more than one number for each"),
        (
            lambda: layers.running_statistics(np.ones((1, 4, 1)), np.ones(4), np.ones(4)),
            r"^x: expected more than one number for each channel",
        ),
        (lambda: layers.layer_norm(X, 4), r"^x: expected \(4,\) as its last axes, got \(5, 4, 3\)"),
        (lambda: layers.layer_norm(np.ones(3), (4, 3)), r"^x: expected \(4, 3\) as its last axes"),
        (lambda: layers.group_norm(X, 3), r"^num_groups: expected a divisor of the 4 channels"),
        (lambda: GroupNorm(3, 4), r"^num_groups: expected a divisor of the 4 channels, got 3"),
        (lambda: layers.batch_norm_backward(X[:2], X), r"^grad_output: expected shape \(5, 4, 3\)"),
        (lambda: layers.layer_norm_backward(X[:2], X, 3), r"^grad_output: expected shape "),
        (lambda: layers.group_norm_backward(X[:2], X, 2), r"^grad_output: expected shape "),
    ],
)
def test_shapes_that_do_not_fit(call, message):
    with pytest.raises(ShapeError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layers.batch_norm(X, np.ones(4)), r"^running_mean and running_var: expected both"),
        (lambda: layers.batch_norm(X, None, np.ones(4)), r"^running_mean and running_var: "),
        (lambda: layers.batch_norm(X, np.ones(4), -np.ones(4)), r"^running_var: expected no neg"),
        (lambda: layers.batch_norm(X, eps=-1), r"^eps: expected a finite number of at least 0"),
        (lambda: layers.layer_norm(X, 3, eps=math.nan), r"^eps: expected a finite number"),
        (lambda: GroupNorm(2, 4, eps=-1), r"^eps: expected a finite number"),
        (lambda: layers.layer_norm(X, 2.5), r"^normalized_shape: expected an integer"),
        (lambda: layers.group_norm(X, 0), r"^num_groups: expected an integer of at least 1"),
        (lambda: BatchNorm(0), r"^num_features: expected an integer of at least 1, got 0"),
        (lambda: LayerNorm(0), r"^normalized_shape: expected an integer of at least 1"),
        (lambda: BatchNorm(4, dtype=np.float16), r"^dtype: expected float32 or float64, got"),
        (lambda: LayerNorm(4, dtype=int), r"^dtype: expected float32 or float64, got"),
        (lambda: BatchNorm(4, momentum=1.1), r"^momentum: expected a number from 0 to 1, got 1.1"),
        (
            lambda: layers.running_statistics(X, np.ones(4), np.ones(4), momentum=-0.1),
            r"^momentum: expected a finite number of at least 0, got -0.1",
        ),
    ],
)
def test_bad_numbers(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()
