"""Every convolution against PyTorch, forward and backward, over shapes and options at random."""

import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse import layers
from cnncourse.layers.columns import Block
from cnncourse.layers.geometry import check_conv
from cnncourse.layers.products import choose_block
from cnncourse.shapes import window_size

TOLERANCE = {np.dtype(np.float32): 2e-4, np.dtype(np.float64): 1e-10}
dtypes = st.sampled_from([np.float32, np.float64])
seeds = st.integers(0, 2**32 - 1)


def each(axes, low, high):
    return st.tuples(*[st.integers(low, high)] * axes)


@st.composite
def convolutions(draw, axes):
    """Arrays and options of a convolution that has an output."""
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    group_in, group_out = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    kernel = draw(each(axes, 1, 4))
    stride, dilation = draw(each(axes, 1, 3)), draw(each(axes, 1, 3))
    padding = draw(st.one_of(each(axes, 0, 3), st.just("valid")))
    if set(stride) == {1}:
        padding = draw(st.sampled_from([padding, "same"]))
    windows = [window_size(k, d) for k, d in zip(kernel, dilation, strict=True)]
    zeros = {"same": windows, "valid": (0,) * axes}.get(padding, padding)  # at most
    size = tuple(
        max(1, w - 2 * z) + draw(st.integers(0, 12 // axes))
        for w, z in zip(windows, zeros, strict=True)
    )
    rng = np.random.default_rng(draw(seeds))
    dtype = draw(dtypes)
    x = rng.standard_normal((draw(st.integers(0, 3)), groups * group_in, *size)).astype(dtype)
    weight = rng.standard_normal((groups * group_out, group_in, *kernel)).astype(dtype)
    bias = rng.standard_normal(groups * group_out).astype(dtype) if draw(st.booleans()) else None
    return x, weight, bias, (stride, padding, dilation, groups)


def compare(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        other = other.detach().numpy()
        assert mine.shape == other.shape
        assert mine.dtype == other.dtype
        tolerance = TOLERANCE[mine.dtype]
        np.testing.assert_allclose(mine, other, rtol=tolerance, atol=10 * tolerance)


def torch_forward_and_backward(function, arrays, options, seed=0):
    tensors = [None if a is None else torch.tensor(a, requires_grad=True) for a in arrays]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same' with even kernel")
        y = function(*tensors, *options)
    grad_output = np.random.default_rng(seed).standard_normal(tuple(y.shape))
    grad_output = grad_output.astype(arrays[0].dtype)
    given = [t for t in tensors if t is not None]
    return y, grad_output, torch.autograd.grad(y, given, torch.tensor(grad_output))


@pytest.mark.parametrize("axes", [1, 2, 3])
@settings(deadline=None, derandomize=True, max_examples=100)
@given(data=st.data())
def test_convolution_agrees_with_torch(axes, data):
    x, weight, bias, options = data.draw(convolutions(axes))
    y, grad_output, expected = torch_forward_and_backward(
        getattr(F, f"conv{axes}d"), (x, weight, bias), options
    )
    compare([getattr(layers, f"conv{axes}d")(x, weight, bias, *options)], [y])
    gradients = getattr(layers, f"conv{axes}d_backward")(grad_output, x, weight, *options)
    compare(gradients[: len(expected)], expected)
    np.testing.assert_allclose(
        gradients[2], grad_output.sum(axis=(0, *range(2, 2 + axes))), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("axes", [1, 2, 3])
@settings(deadline=None, derandomize=True, max_examples=20)
@given(data=st.data())
def test_convolution_equals_its_loop(axes, data):
    x, weight, bias, options = data.draw(convolutions(axes))
    loop = getattr(layers, f"conv{axes}d_loop")(x, weight, bias, *options)
    fast = getattr(layers, f"conv{axes}d")(x, weight, bias, *options)
    assert loop.dtype == fast.dtype
    np.testing.assert_allclose(fast, loop, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("axes", [1, 2, 3])
@settings(deadline=None, derandomize=True, max_examples=20)
@given(data=st.data())
def test_integer_convolution_is_exact(axes, data):
    x, weight, bias, options = data.draw(convolutions(axes))
    arrays = [None if a is None else np.rint(9 * a).astype(np.int16) for a in (x, weight, bias)]
    exact = getattr(layers, f"conv{axes}d")(*arrays, *options)
    assert exact.dtype == np.int64
    assert np.array_equal(exact, getattr(layers, f"conv{axes}d_loop")(*arrays, *options))


@st.composite
def transposed(draw):
    """Arrays and options of a transposed convolution that has an output."""
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    kernel, stride, dilation = draw(each(2, 1, 4)), draw(each(2, 1, 3)), draw(each(2, 1, 3))
    size = draw(each(2, 1, 6))
    padding = tuple(
        draw(st.integers(0, min(3, ((n - 1) * s + window_size(k, d) - 1) // 2)))
        for n, s, k, d in zip(size, stride, kernel, dilation, strict=True)
    )
    extra = tuple(
        draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)
    )
    rng = np.random.default_rng(draw(seeds))
    dtype = draw(dtypes)
    c_in, c_out = groups * draw(st.integers(1, 5)), draw(st.integers(1, 3))
    x = rng.standard_normal((draw(st.integers(0, 3)), c_in, *size)).astype(dtype)
    weight = rng.standard_normal((c_in, c_out, *kernel)).astype(dtype)
    bias = rng.standard_normal(c_out * groups).astype(dtype)
    return x, weight, bias, (stride, padding, extra, groups, dilation)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(case=transposed())
def test_transposed_convolution_agrees_with_torch_and_its_loop(case):
    x, weight, bias, options = case
    y, grad_output, expected = torch_forward_and_backward(
        F.conv_transpose2d, (x, weight, bias), options
    )
    compare([layers.conv_transpose2d(x, weight, bias, *options)], [y])
    compare([layers.conv_transpose2d_loop(x, weight, bias, *options)], [y])
    gradients = layers.conv_transpose2d_backward(grad_output, x, weight, *options)
    compare(gradients, expected)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(case=convolutions(2), c_out=st.integers(1, 5))
def test_depthwise_separable_agrees_with_torch_and_its_loop(case, c_out):
    x, weight, _, (*options, _) = case
    channels = x.shape[1]
    depthwise = np.resize(weight, (channels, 1, *weight.shape[2:]))
    pointwise = np.resize(weight[::-1], (c_out, channels, 1, 1))
    bias = np.resize(weight, c_out)

    def separable(x, depthwise, pointwise, bias):
        return F.conv2d(F.conv2d(x, depthwise, None, *options, channels), pointwise, bias)

    arrays = x, depthwise, pointwise, bias
    y, grad_output, expected = torch_forward_and_backward(separable, arrays, ())
    compare([layers.depthwise_separable_conv2d(*arrays, *options)], [y])
    compare([layers.depthwise_separable_conv2d_loop(*arrays, *options)], [y])
    gradients = layers.depthwise_separable_conv2d_backward(grad_output, *arrays[:3], *options)
    compare(gradients, expected)


# One shape for each way that `choose_block` knows, small enough for a test.
WAYS = {
    "the image is its column matrix": ((2, 6, 19, 17), (4, 6, 1, 1), {}, None),
    "small images joined": ((3000, 6, 5, 7), (4, 6, 1, 1), {}, "images"),
    "some groups at a time": (
        (2, 24, 64, 64), (24, 1, 3, 3), {"padding": 1, "groups": 24}, "groups",
    ),
    "some images at a time": ((40, 1, 28, 28), (6, 1, 5, 5), {}, "images"),
    "some rows at a time": ((2, 16, 70, 60), (8, 16, 3, 3), {"padding": 1}, "rows"),
    "rows, split into phases": (
        (1, 3, 130, 120), (4, 3, 7, 7), {"stride": 2, "padding": 3}, "rows",
    ),
    "pieces of a row": ((1, 64, 1, 3000), (2, 64, 1, 9), {"padding": (0, 4)}, "width"),
}  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("way", WAYS)
def test_each_way_through_the_dispatch_agrees_with_torch(way, dtype):
    x_shape, weight_shape, options, cut = WAYS[way]
    rng = np.random.default_rng(0)
    shapes = x_shape, weight_shape, weight_shape[0]
    x, weight, bias = (rng.standard_normal(shape).astype(dtype) for shape in shapes)
    args = [options.get(k, v) for k, v in
            {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}.items()]  # fmt: skip

    g = check_conv(x, weight, bias, *args).geometry
    block = choose_block(g, len(x), x.itemsize)
    whole = Block(len(x), g.groups, *g.output_shape)
    if cut is None:
        assert block is None
    else:
        assert 1 <= getattr(block, cut) < getattr(whole, cut)

    y, grad_output, expected = torch_forward_and_backward(F.conv2d, (x, weight, bias), args)
    tolerance = {np.float32: 1e-3, np.float64: 1e-10}[dtype]
    gradients = layers.conv2d_backward(grad_output, x, weight, *args)
    for mine, other in zip(
        [layers.conv2d(x, weight, bias, *args), *gradients], [y, *expected], strict=True
    ):
        scale = float(other.detach().abs().max())
        np.testing.assert_allclose(mine, other.detach().numpy(), rtol=0, atol=tolerance * scale)
