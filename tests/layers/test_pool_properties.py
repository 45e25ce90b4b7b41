"""Pooling against PyTorch, forward and backward, over shapes and options at random."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse import layers
from cnncourse.errors import ArgumentError, ShapeError
from cnncourse.gradcheck import gradcheck

TOLERANCE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-12}


def pairs(low, high):
    return st.tuples(st.integers(low, high), st.integers(low, high))


@st.composite
def poolings(draw):
    """An image and where its windows lie."""
    kernel, stride = draw(pairs(1, 4)), draw(st.one_of(st.none(), pairs(1, 4)))
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    dilation = draw(pairs(1, 3))
    windows = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    size = tuple(
        # a dilated window in the padding alone aborts PyTorch's gradient, so none here
        max(1, w - 2 * p * (d == 1)) + draw(st.integers(0, 6))
        for w, p, d in zip(windows, padding, dilation, strict=True)
    )
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 3)), *size
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).standard_normal(shape)
    x = numbers.astype(draw(st.sampled_from([np.float32, np.float64])))
    return x, kernel, stride, padding, dilation, draw(st.booleans())


def agree(function, function_backward, theirs, x):
    """Compare outputs and gradients; `theirs` takes and gives a tensor."""
    tensor = torch.tensor(x, requires_grad=True)
    expected = theirs(tensor)
    output = function(x)
    grad_output = np.random.default_rng(1).standard_normal(output.shape).astype(x.dtype)
    expected.backward(torch.tensor(grad_output))
    grad_x = function_backward(grad_output, x)
    for mine, other in [(output, expected.detach().numpy()), (grad_x, tensor.grad.numpy())]:
        assert mine.dtype == x.dtype
        assert mine.shape == other.shape
        tolerance = TOLERANCE[x.dtype]
        np.testing.assert_allclose(mine, other, rtol=tolerance, atol=tolerance)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(case=poolings())
def test_max_pooling_agrees_with_torch(case):
    x, *options = case
    agree(
        lambda x: layers.max_pool2d(x, *options),
        lambda g, x: layers.max_pool2d_backward(g, x, *options),
        lambda x: F.max_pool2d(x, *options),
        x,
    )


@settings(deadline=None, derandomize=True, max_examples=60)
@given(case=poolings(), values=st.sampled_from([[0, 1], [0, 1, np.nan], [np.inf, np.nan]]))
def test_ties_and_nan_are_resolved_as_in_torch(case, values):
    x, *options = case
    x = np.random.default_rng(2).choice(np.array(values, dtype=x.dtype), x.shape)
    agree(
        lambda x: layers.max_pool2d(x, *options),
        lambda g, x: layers.max_pool2d_backward(g, x, *options),
        lambda x: F.max_pool2d(x, *options),
        x,
    )


@settings(deadline=None, derandomize=True, max_examples=150)
@given(case=poolings(), count_include_pad=st.booleans())
def test_average_pooling_agrees_with_torch(case, count_include_pad):
    x, kernel, stride, padding, _, ceil_mode = case
    options = kernel, stride, padding, ceil_mode, count_include_pad
    agree(
        lambda x: layers.avg_pool2d(x, *options),
        lambda g, x: layers.avg_pool2d_backward(g, x, *options),
        lambda x: F.avg_pool2d(x, *options),
        x,
    )


@settings(deadline=None, derandomize=True, max_examples=100)
@given(case=poolings(), output_size=pairs(1, 12))
def test_adaptive_and_global_pooling_agree_with_torch(case, output_size):
    x = case[0]
    agree(
        lambda x: layers.adaptive_avg_pool2d(x, output_size),
        lambda g, x: layers.adaptive_avg_pool2d_backward(g, x, output_size),
        lambda x: F.adaptive_avg_pool2d(x, output_size),
        x,
    )
    loop = layers.adaptive_avg_pool2d_loop(x, output_size)
    fast = layers.adaptive_avg_pool2d(x, output_size)
    np.testing.assert_allclose(fast, loop, rtol=1e-4, atol=1e-5)
    agree(
        layers.global_avg_pool2d,
        layers.global_avg_pool2d_backward,
        lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1),
        x,
    )


def test_adaptive_windows_by_hand():
    """Seven pixels in three windows: 0-2, 2-4 and 4-6, as floor and ceiling say."""
    x = np.arange(7.0).reshape(1, 1, 1, 7)
    assert layers.adaptive_avg_pool2d(x, (1, 3)).tolist() == [[[[1, 3, 5]]]]
    grad_x = layers.adaptive_avg_pool2d_backward(np.array([[[[3.0, 6.0, 9.0]]]]), x, (1, 3))
    assert grad_x.tolist() == [[[[1, 1, 3, 2, 5, 3, 3]]]]


# function, its gradient, and what both take beside the arrays
POOLINGS = {
    "max": (layers.max_pool2d, layers.max_pool2d_backward, {"kernel_size": 3, "stride": 2}),
    "average": (layers.avg_pool2d, layers.avg_pool2d_backward, {"kernel_size": 3, "padding": 1}),
    "global": (layers.global_avg_pool2d, layers.global_avg_pool2d_backward, {}),
    "adaptive": (
        layers.adaptive_avg_pool2d, layers.adaptive_avg_pool2d_backward, {"output_size": (2, 3)},
    ),
}  # fmt: skip
every = pytest.mark.parametrize("name", POOLINGS)


def example(name, shape=(2, 3, 7, 8)):
    function, function_backward, options = POOLINGS[name]
    numbers = np.arange(float(np.prod(shape)))  # no two alike: a maximum has a derivative
    x = np.random.default_rng(0).permutation(numbers).reshape(shape)
    grad_output = np.random.default_rng(1).standard_normal(function(x, **options).shape)
    return function, function_backward, options, x, grad_output


@every
def test_gradients_agree_with_numerical_ones(name):
    function, function_backward, options, x, grad_output = example(name, (1, 2, 5, 6))
    grad_x = function_backward(grad_output, x, **options)
    found = gradcheck(lambda x: function(x, **options), x, grad_x, grad_output)
    assert found, found


@every
def test_memory_order_changes_no_gradient_and_no_input(name):
    _, function_backward, options, x, grad_output = example(name)
    expected = function_backward(grad_output, x, **options)
    for order in (np.asfortranarray, lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
                  lambda a: np.flip(np.flip(a).copy())):  # fmt: skip
        arrays = order(grad_output), order(x)
        for a in arrays:
            a.flags.writeable = False
        assert np.array_equal(function_backward(*arrays, **options), expected)
        assert np.array_equal(arrays[1], x)


@every
def test_empty_batch_has_an_empty_gradient(name):
    _, function_backward, options, x, grad_output = example(name)
    grad_x = function_backward(grad_output[:0], x[:0], **options)
    assert grad_x.shape == (0, *x.shape[1:])


@every
def test_errors_of_gradients(name):
    _, function_backward, options, x, grad_output = example(name)
    with pytest.raises(ShapeError, match=r"^grad_output: expected shape"):
        function_backward(grad_output[:1], x, **options)
    with pytest.raises(ArgumentError, match=r"^grad_output: expected float32 or float64"):
        function_backward(grad_output.astype(int), x.astype(int), **options)
    with pytest.raises(ArgumentError, match=r"^x: expected float64"):
        function_backward(grad_output, x.astype(np.float32), **options)


@pytest.mark.parametrize("output_size", [0, (1, 2, 3), 1.5])
def test_output_size_is_refused(output_size):
    with pytest.raises(ArgumentError, match=r"^output_size: expected an integer of at least 1"):
        layers.adaptive_avg_pool2d(np.ones((1, 1, 4, 4)), output_size)
