"""The teaching versions give what PyTorch gives, and cost what they say."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncourse.errors import ArgumentError
from cnncourse.layers import conv2d
from cnncourse.layers.teaching import (
    col2im,
    conv2d_costs,
    conv2d_fft,
    conv2d_im2col,
    conv2d_winograd,
    im2col,
)

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
sizes = st.tuples(st.integers(7, 11), st.integers(7, 11))


def random(shape, dtype=np.float64, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(size=sizes, kernel=pairs, stride=pairs, dilation=pairs, padding=pairs, n=st.integers(0, 2))
def test_columns_are_those_of_torch_and_so_is_the_way_back(
    size, kernel, stride, dilation, padding, n
):
    x = random((n, 3, *size))
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    columns = im2col(x, kernel, **options)
    if n == 0:
        assert columns.shape[:2] == (0, 3 * kernel[0] * kernel[1])
        assert col2im(columns, size, kernel, **options).shape == (0, 3, *size)
        return
    assert np.array_equal(columns, F.unfold(torch.tensor(x), kernel, **options).numpy())
    back = F.fold(torch.tensor(columns), size, kernel, **options).numpy()
    assert col2im(columns, size, kernel, **options) == pytest.approx(back, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("padding", [0, 1, (2, 0), "same"])
@pytest.mark.parametrize("size", [(6, 9), (5, 5), (3, 4)])
@pytest.mark.parametrize("way", [conv2d_im2col, conv2d_fft, conv2d_winograd])
def test_all_ways_lead_to_the_same_numbers(way, size, padding, dtype):
    x, weight = random((2, 3, *size), dtype), random((4, 3, 3, 3), dtype, seed=1)
    bias = random(4, dtype, seed=2)
    before = x.copy()
    output = way(x, weight, bias, padding=padding)
    assert output.dtype == dtype
    tolerance = 1e-4 if dtype == np.float32 else 1e-12
    expected = conv2d(x, weight, bias, padding=padding)
    np.testing.assert_allclose(output, expected, rtol=tolerance, atol=tolerance)
    assert np.array_equal(x, before)
    assert way(x[:0], weight, bias, padding=padding).shape == (0, *expected.shape[1:])


@pytest.mark.parametrize("kernel", [(1, 1), (2, 5), (4, 3)])
@pytest.mark.parametrize("way", [conv2d_im2col, conv2d_fft])
def test_kernels_of_any_shape(way, kernel):
    x, weight = random((2, 3, 8, 7)), random((4, 3, *kernel), seed=1)
    assert way(x, weight, padding=1) == pytest.approx(conv2d(x, weight, padding=1), abs=1e-12)


def test_im2col_with_stride_and_dilation():
    x, weight = random((2, 3, 9, 11)), random((4, 3, 3, 2), seed=1)
    options = {"stride": (2, 1), "padding": (1, 2), "dilation": 2}
    expected = conv2d(x, weight, **options)
    assert conv2d_im2col(x, weight, **options) == pytest.approx(expected, abs=1e-12)


def test_costs_by_hand():
    costs = conv2d_costs((2, 3, 8, 8), (5, 3, 3, 3), padding=1)
    assert costs["direct"] == (2 * 5 * 64 * 27, 0)
    assert costs["im2col"] == (2 * 5 * 64 * 27, 2 * 27 * 64)
    # 2 * 16 pieces of 4 x 4, each with 16 products for each pair of channels
    assert costs["winograd"] == (16 * 15 * 32, 16 * (15 + 8 * 32))
    # 10 x 10 padded: 6 + 15 + 10 planes to transform, 10 x 6 frequencies with 30 products each
    assert costs["fft"].numbers == 2 * 31 * 60
    assert costs["fft"].multiplications == 31 * 665 + 4 * 30 * 60


def test_fft_pays_for_large_kernels_only():
    def ratio(k):
        costs = conv2d_costs((8, 32, 64, 64), (32, 32, k, k), padding="same")
        return costs["fft"].multiplications / costs["direct"].multiplications

    assert ratio(3) > 0.2 > ratio(15)
    assert "winograd" not in conv2d_costs((1, 1, 9, 9), (1, 1, 5, 5))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: im2col(np.ones((3, 3)), 2), "x: expected an array of shape"),
        (lambda: im2col(np.ones((1, 1, 3, 3)), 4), "kernel_size: expected a window"),
        (lambda: col2im(np.ones((1, 4, 5)), (3, 3), 2), r"columns: expected shape \(1, 4, 4\)"),
        (lambda: col2im(np.ones((1, 5, 4)), (3, 3), 2), r"columns: expected shape \(1, 4, 4\)"),
        (lambda: conv2d_fft(np.ones((1, 1, 3, 3), int), np.ones((1, 1, 2, 2), int)), "x: expected"),
        (lambda: conv2d_winograd(random((1, 1, 5, 5)), random((1, 1, 5, 5))), "weight: expected"),
        (lambda: conv2d_im2col(random((1, 2, 5, 5)), random((1, 1, 3, 3))), "weight: expected 2"),
        (lambda: conv2d_costs((1, 1, 3, 3), (1, 1, 5, 5)), "kernel_size: expected a window"),
        (lambda: conv2d_costs((1, 3, 3), (1, 1, 3, 3)), "x_shape: expected"),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises(ArgumentError, match=rf"^{message}"):
        call()
