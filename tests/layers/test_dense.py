"""Dense and flatten against numbers worked by hand, the loop, PyTorch and differences."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F  # noqa: N812

from cnncourse.errors import ArgumentError, CourseError, ShapeError
from cnncourse.gradcheck import gradcheck_layer
from cnncourse.layers import (
    Dense,
    Flatten,
    dense,
    dense_backward,
    dense_loop,
    flatten,
    flatten_backward,
    glorot_uniform,
)

TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}


def test_dense_by_hand():
    x = [[1.0, 2.0], [3.0, 4.0]]
    weight = [[1.0, 0.0], [1.0, -1.0], [2.0, 3.0]]
    # second row: 3, 3 - 4, 6 + 12, then the bias
    assert dense(x, weight).tolist() == [[1, -1, 8], [3, -1, 18]]
    assert dense(x, weight, [10.0, 20.0, 30.0]).tolist() == [[11, 19, 38], [13, 19, 48]]


def test_dense_backward_by_hand():
    grad_x, grad_weight, grad_bias = dense_backward(
        grad_output=[[1.0, 0.0], [2.0, 5.0]],
        x=[[1.0, 2.0], [3.0, 4.0]],
        weight=[[1.0, 2.0], [3.0, 4.0]],
    )
    assert grad_x.tolist() == [[1, 2], [2 + 15, 4 + 20]]
    assert grad_weight.tolist() == [[1 + 6, 2 + 8], [15, 20]]
    assert grad_bias.tolist() == [3, 5]


@given(
    sizes=st.tuples(st.integers(1, 5), st.integers(1, 6), st.integers(1, 6)),
    bias=st.booleans(),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32),
)
@settings(deadline=None, derandomize=True, max_examples=60)
def test_both_ways_agree_with_pytorch_and_the_loop(sizes, bias, dtype, seed):
    N, inputs, outputs = sizes
    rng = np.random.default_rng(seed)
    shapes = [(N, inputs), (outputs, inputs)] + [(outputs,)] * bias
    arrays = [rng.standard_normal(shape).astype(dtype) for shape in shapes]
    grad_output = rng.standard_normal((N, outputs)).astype(dtype)
    tensors = [torch.from_numpy(a).requires_grad_() for a in arrays]
    y = F.linear(*tensors)
    y.backward(torch.from_numpy(grad_output))

    tolerance = {"rtol": TOLERANCE[dtype], "atol": TOLERANCE[dtype]}
    np.testing.assert_allclose(dense(*arrays), y.detach().numpy(), **tolerance)
    np.testing.assert_allclose(dense(*arrays), dense_loop(*arrays), **tolerance)
    for ours, tensor in zip(dense_backward(grad_output, *arrays[:2]), tensors, strict=False):
        np.testing.assert_allclose(ours, tensor.grad.numpy(), **tolerance)


@pytest.mark.parametrize("bias", [True, False])
def test_layer_agrees_with_differences(bias):
    layer = Dense(4, 3, bias=bias, rng=0)
    checks = gradcheck_layer(layer, np.random.default_rng(1).standard_normal((5, 4)))
    assert list(checks) == ["x", "weight"] + ["bias"] * bias
    assert all(checks.values()), checks


def test_layer_starts_as_asked():
    layer = Dense(4, 3, init=glorot_uniform, rng=7, dtype=np.float32)
    assert (layer.params["weight"] == glorot_uniform((3, 4), 7, np.float32)).all()
    assert layer.params["bias"].tolist() == [0, 0, 0]
    assert layer.params["weight"].dtype == layer.params["bias"].dtype == np.float32
    assert list(Dense(4, 3, bias=False).params) == ["weight"]


def test_flatten_by_hand():
    x = np.arange(12).reshape(2, 3, 1, 2)
    assert flatten(x).tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
    assert flatten(np.asfortranarray(x)).tolist() == flatten(x).tolist()
    back = flatten_backward(flatten(x).astype(float), x)
    assert back.tolist() == x.tolist()
    assert flatten(np.zeros((0, 3, 2))).shape == (0, 6)
    assert flatten(np.arange(3)).shape == (3, 1)


def test_flatten_layer():
    layer = Flatten()
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    assert layer.forward(x).shape == (2, 12)
    assert layer.backward(layer.forward(x)).tolist() == x.tolist()
    assert all(gradcheck_layer(layer, x).values())


@pytest.mark.parametrize(
    ("x", "weight", "bias", "message"),
    [
        (np.ones((2, 3, 1)), np.ones((4, 3)), None, r"^x: expected .*\(N, in_features\), got 3"),
        (np.ones((2, 3)), np.ones(3), None, r"^weight: expected .*\(out_features, in_features\)"),
        (np.ones((2, 5)), np.ones((4, 3)), None, r"^x: expected 3 features, as weight has, got 5"),
        (np.ones((2, 3)), np.ones((4, 3)), np.ones(3), r"^bias: expected shape \(4,\), got \(3,\)"),
    ],
)
def test_shapes_that_do_not_fit(x, weight, bias, message):
    for function in (dense, dense_loop):
        with pytest.raises(ShapeError, match=message):
            function(x, weight, bias)


def test_backward_refuses_another_gradient():
    with pytest.raises(ShapeError, match=r"^grad_output: expected shape \(2, 4\), got \(4, 2\)"):
        dense_backward(np.ones((4, 2)), np.ones((2, 3)), np.ones((4, 3)))
    with pytest.raises(ShapeError, match=r"^grad_output: expected shape \(2, 12\), got \(2, 3\)"):
        flatten_backward(np.ones((2, 3)), np.ones((2, 3, 4)))


def test_sum_too_large_for_integers_is_refused():
    with pytest.raises(ArgumentError, match=r"^x: expected integers whose sums"):
        dense([[2**40]], [[2**40]])


def test_single_number_has_no_rows():
    with pytest.raises(ShapeError, match=r"^x: expected an array of shape \(N, \.\.\.\)"):
        flatten(np.array(1.0))


@pytest.mark.parametrize(("sizes", "name"), [((0, 3), "in_features"), ((3, 2.5), "out_features")])
def test_bad_sizes(sizes, name):
    with pytest.raises(ArgumentError, match=f"^{name}: expected an integer of at least 1"):
        Dense(*sizes)


@pytest.mark.parametrize("layer", [Dense(2, 2), Flatten()])
def test_backward_before_forward(layer):
    with pytest.raises(CourseError, match="backward before forward"):
        layer.backward(np.ones((1, 2)))
