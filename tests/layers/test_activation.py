"""Activations against numbers worked by hand, PyTorch, SciPy and their numerical gradients."""

import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special
from torch.nn import functional as F  # noqa: N812

from cnncourse import layers
from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.gradcheck import gradcheck, gradcheck_layer

# ours, its gradient, PyTorch's, the layer object
ACTIVATIONS = {
    "relu": (layers.relu, layers.relu_backward, F.relu, layers.ReLU()),
    "leaky_relu": (
        partial(layers.leaky_relu, negative_slope=0.2),
        partial(layers.leaky_relu_backward, negative_slope=0.2),
        partial(F.leaky_relu, negative_slope=0.2),
        layers.LeakyReLU(0.2),
    ),
    "sigmoid": (layers.sigmoid, layers.sigmoid_backward, torch.sigmoid, layers.Sigmoid()),
    "tanh": (layers.tanh, layers.tanh_backward, torch.tanh, layers.Tanh()),
    "silu": (layers.silu, layers.silu_backward, F.silu, layers.SiLU()),
    "gelu": (layers.gelu, layers.gelu_backward, F.gelu, layers.GELU()),
    "gelu tanh": (
        partial(layers.gelu, approximate="tanh"),
        partial(layers.gelu_backward, approximate="tanh"),
        partial(F.gelu, approximate="tanh"),
        layers.GELU("tanh"),
    ),
    "softmax": (
        layers.softmax, layers.softmax_backward, partial(F.softmax, dim=-1), layers.Softmax()
    ),
    "softmax axis 0": (
        partial(layers.softmax, axis=0),
        partial(layers.softmax_backward, axis=0),
        partial(F.softmax, dim=0),
        layers.Softmax(axis=0),
    ),
}  # fmt: skip
every = pytest.mark.parametrize("name", ACTIVATIONS)
TOLERANCE = {np.float32: 2e-6, np.float64: 1e-14}
grid = settings(deadline=None, derandomize=True, max_examples=40)


@st.composite
def pairs(draw):
    """An input and an output gradient of one shape and type, at sizes small and large."""
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=4, max_side=5))
    scale = draw(st.sampled_from([1e-3, 1.0, 10.0, 1e4]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = scale * rng.standard_normal(shape)
    x[rng.random(shape) < 0.1] = 0  # where slopes jump
    return x.astype(dtype), rng.standard_normal(shape).astype(dtype)


@every
@given(pair=pairs())
@grid
def test_both_ways_agree_with_pytorch(name, pair):
    forward, backward, theirs, _ = ACTIVATIONS[name]
    x, grad_output = pair
    tensor = torch.from_numpy(x).requires_grad_()
    y = theirs(tensor)
    y.backward(torch.from_numpy(grad_output))
    close = partial(np.testing.assert_allclose, rtol=TOLERANCE[x.dtype.type])
    largest = max(1.0, float(np.abs(x).max()))
    close(forward(x), y.detach().numpy(), atol=TOLERANCE[x.dtype.type] * largest)
    close(backward(grad_output, x), tensor.grad.numpy(), atol=10 * TOLERANCE[x.dtype.type])


@every
def test_gradient_agrees_with_differences(name):
    forward, backward, _, layer = ACTIVATIONS[name]
    rng = np.random.default_rng(0)
    x = rng.permutation(np.linspace(-4, 4, 24)).reshape(2, 3, 4)  # nothing at 0
    grad_output = rng.standard_normal(x.shape)
    check = gradcheck(forward, x, backward(grad_output, x), grad_output)
    assert check, check
    checks = gradcheck_layer(layer, x)
    assert all(checks.values()), checks["x"]


@every
def test_layer_object_is_the_function(name):
    forward, backward, _, layer = ACTIVATIONS[name]
    x, grad_output = np.random.default_rng(1).standard_normal((2, 3, 4))
    np.testing.assert_array_equal(layer.forward(x), forward(x))
    np.testing.assert_array_equal(layer.backward(grad_output), backward(grad_output, x))
    assert layer.params == layer.grads == {}


@every
def test_gradient_of_another_shape_is_refused(name):
    _, backward, _, _ = ACTIVATIONS[name]
    with pytest.raises(ShapeError, match=r"^grad_output: expected shape \(2, 3\), got \(3, 2\)"):
        backward(np.ones((3, 2)), np.ones((2, 3)))


# --- by hand ---


def test_piecewise_linear_by_hand():
    x = np.array([-4.0, -1.0, 0.0, 2.0])
    assert layers.relu(x).tolist() == [0, 0, 0, 2]
    assert layers.relu_backward(np.full(4, 3.0), x).tolist() == [0, 0, 0, 3]
    assert layers.leaky_relu(x, 0.25).tolist() == [-1, -0.25, 0, 2]
    assert layers.leaky_relu_backward(np.full(4, 4.0), x, 0.25).tolist() == [1, 1, 1, 4]


def test_bounded_by_hand():
    # at log 3: 1 / (1 + 1/3) = 3/4, and (3 - 1/3) / (3 + 1/3) = 4/5
    x = np.array([-math.log(3), 0, math.log(3)])
    assert layers.sigmoid(x) == pytest.approx([0.25, 0.5, 0.75])
    assert layers.sigmoid_backward(np.full(3, 16.0), x) == pytest.approx([3, 4, 3])
    assert layers.tanh(x) == pytest.approx([-0.8, 0, 0.8])
    assert layers.tanh_backward(np.full(3, 25.0), x) == pytest.approx([9, 25, 9])


def test_smooth_relatives_by_hand():
    log3 = math.log(3)
    assert layers.silu(np.array([log3])) == pytest.approx([0.75 * log3])
    # a standard normal number is below 1 with chance .841345, below -1 with .158655
    assert layers.gelu(np.array([-1.0, 1.0])) == pytest.approx([-0.158655, 0.841345], abs=1e-6)
    # 1 + 0.044715 = 1.044715, times 0.797885 is 0.833562, whose tanh is 0.682384
    approximate = layers.gelu(np.array([1.0]), approximate="tanh")
    assert approximate == pytest.approx([0.841192], abs=1e-6)


def test_tanh_form_of_gelu_stays_near_the_exact_one():
    x = np.linspace(-10, 10, 100_001)
    difference = np.abs(layers.gelu(x) - layers.gelu(x, approximate="tanh")).max()
    assert 4e-4 < difference < 5e-4


def test_softmax_by_hand():
    # 1 : 2 : 5 of 8
    x = np.log([[1.0, 2.0, 5.0]])
    assert layers.softmax(x)[0] == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert layers.log_softmax(x)[0] == pytest.approx(np.log([1 / 8, 2 / 8, 5 / 8]))
    # p_k (g_k - sum of g p) with g = (8, 0, 0): the sum is 1
    gradient = layers.softmax_backward(np.array([[8.0, 0, 0]]), x)
    assert gradient[0] == pytest.approx([7 / 8, -2 / 8, -5 / 8])


# --- at the ends of the number range ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if not n.startswith("softmax")])
def test_large_numbers_reach_the_limit(name, dtype):
    forward, backward, _, _ = ACTIVATIONS[name]
    for size in (np.finfo(dtype).max, np.inf):
        limits = {"sigmoid": [0, 1], "tanh": [-1, 1], "leaky_relu": [dtype(-0.2) * size, size]}
        slopes = {"sigmoid": [0, 0], "tanh": [0, 0], "leaky_relu": [0.2, 1]}
        x = np.array([-size, size], dtype)
        assert forward(x).tolist() == limits.get(name, [0, size])
        assert backward(np.ones(2, dtype), x) == pytest.approx(slopes.get(name, [0, 1]))


def test_softmax_of_large_numbers():
    x = np.array([[1e4, 1e4, -1e4], [1e308, 0, -1e308], [-np.inf, 0, -np.inf]])
    assert layers.softmax(x).tolist() == [[0.5, 0.5, 0], [1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("row", [[np.inf, 0], [-np.inf, -np.inf], [np.nan, 0]])
def test_softmax_without_an_answer_is_nan(row):
    p = layers.softmax(np.array([row, [0.0, 0.0]]))
    assert np.isnan(p).tolist() == [[True, True], [False, False]]


def test_log_softmax_keeps_what_softmax_rounds_to_zero():
    x = np.array([0.0, -800.0])
    assert layers.softmax(x).tolist() == [1, 0]
    assert layers.log_softmax(x).tolist() == [0, -800]


def test_softmax_equals_its_loop():
    x = np.random.default_rng(0).standard_normal((3, 2, 5))
    np.testing.assert_allclose(layers.softmax(x), layers.softmax_loop(x), rtol=1e-14)


def test_loop_overflows_where_it_says():
    assert layers.softmax_loop(np.array([709.0])).tolist() == [1]
    with pytest.raises(OverflowError):
        layers.softmax_loop(np.array([710.0]))


def test_softmax_of_an_empty_row():
    assert layers.softmax(np.zeros((3, 0))).shape == (3, 0)


# --- the error function ---


def test_erf_is_accurate_to_the_last_digits():
    x = np.concatenate([np.linspace(-7, 7, 200_001), np.linspace(-0.5, 0.5, 100_001)])
    exact = special.erf(x)
    assert np.abs(layers.erf(x) - exact).max() <= 4e-16
    assert np.abs(layers.erf(x.astype(np.float32)) - exact).max() <= 3e-7
    small = np.logspace(-300, -1, 1000)
    np.testing.assert_allclose(layers.erf(small), special.erf(small), rtol=7e-16)


def test_erf_at_the_ends():
    x = np.array([-np.inf, -1e300, -0.0, 0.0, 1e300, np.inf])
    np.testing.assert_array_equal(layers.erf(x), [-1, -1, -0.0, 0, 1, 1])
    assert np.signbit(layers.erf(x)).tolist() == [True, True, True, False, False, False]


# --- bad arguments ---


def test_axis_that_is_not_there():
    for axis in (2, -3):
        with pytest.raises(ArgumentError, match=r"^axis: expected one of the 2 axes of x, got "):
            layers.softmax(np.ones((2, 3)), axis)
    with pytest.raises(ArgumentError, match="one of the 0 axes"):
        layers.softmax(np.array(1.0))


def test_unknown_form_of_gelu():
    with pytest.raises(ArgumentError, match=r"^approximate: expected 'none' or 'tanh', got 'erf'"):
        layers.gelu(np.ones(2), approximate="erf")
    with pytest.raises(ArgumentError, match=r"^approximate: "):
        layers.GELU("exact")


@pytest.mark.parametrize("slope", [-0.1, math.nan, "0.1"])
def test_bad_slope(slope):
    for call in (lambda s: layers.leaky_relu(np.ones(2), s), layers.LeakyReLU):
        with pytest.raises(ArgumentError, match=r"^negative_slope: expected a finite number"):
            call(slope)
